"""What the template builders (`build_vllm_chute` and the like) are given."""
