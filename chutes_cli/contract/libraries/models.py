"""Calls that load a model, its weights or its tokenizer from disk or from a hub.

Sources: the documentation of each library as of 2026-05 (transformers 5, diffusers 0.37,
sentence-transformers 5, vLLM 0.19, sglang, onnxruntime 1.24, openai-whisper, faster-whisper,
llama-cpp-python, ctranslate2, spaCy 3, fastText, Keras 3, TensorFlow 2, timm, open_clip,
ultralytics, easyocr, paddleocr, TTS, gensim 4, joblib, insightface, safetensors, torch).
"""

from __future__ import annotations

import re

LOADING_METHODS = frozenset({"from_pretrained", "from_single_file", "from_ckpt", "from_hub"})
"""Class methods that load, whatever class of a library they are called on."""

LIGHT_SUFFIX = "Config"
"""End of the names of classes whose ``from_pretrained`` reads a small JSON file."""

LOADERS = frozenset(
    {
        "transformers.pipeline", "transformers.pipelines.pipeline",
        "sentence_transformers.SentenceTransformer", "sentence_transformers.CrossEncoder",
        "sentence_transformers.SparseEncoder",
        "vllm.LLM", "vllm.AsyncLLMEngine.from_engine_args", "vllm.LLMEngine.from_engine_args",
        "vllm.engine.async_llm_engine.AsyncLLMEngine.from_engine_args",
        "sglang.Engine", "sglang.Runtime", "lmdeploy.pipeline",
        "onnxruntime.InferenceSession", "openvino.Core", "ctranslate2.Translator",
        "ctranslate2.Generator", "tensorrt.Runtime",
        "whisper.load_model", "whisperx.load_model", "whisperx.load_align_model",
        "faster_whisper.WhisperModel", "faster_whisper.BatchedInferencePipeline",
        "llama_cpp.Llama", "exllamav2.ExLlamaV2", "mlx_lm.load",
        "spacy.load", "fasttext.load_model", "stanza.Pipeline", "flair.models.SequenceTagger.load",
        "keras.models.load_model", "tensorflow.keras.models.load_model",
        "tensorflow.saved_model.load", "tensorflow_hub.load", "keras.saving.load_model",
        "torch.jit.load", "torch.hub.load", "timm.create_model",
        "open_clip.create_model_and_transforms", "open_clip.create_model", "clip.load",
        "ultralytics.YOLO", "easyocr.Reader", "paddleocr.PaddleOCR", "TTS.api.TTS",
        "insightface.app.FaceAnalysis", "rembg.new_session", "kokoro.KPipeline", "kokoro.KModel",
        "gensim.models.KeyedVectors.load", "gensim.downloader.load",
        "audiocraft.models.MusicGen.get_pretrained",
        "nemo.collections.asr.models.ASRModel.restore_from",
        "segment_anything.sam_model_registry", "bark.preload_models", "demucs.pretrained.get_model",
    }
)  # fmt: skip
"""Functions and constructors that load a model."""

WEIGHT_LOADERS = frozenset(
    {"torch.load", "safetensors.torch.load_file", "safetensors.torch.load_model",
     "safetensors.numpy.load_file", "joblib.load"}
)  # fmt: skip
"""Functions that load weights, and smaller things at times."""

OF_AN_OBJECT = frozenset({"functools.cached_property", "cached_property.cached_property"})
"""Decorators that keep a result on the object, and no longer than that lives."""
CACHES = frozenset(
    {"functools.lru_cache", "functools.cache", "functools.cached_property", "async_lru.alru_cache",
     "cachetools.cached", "cachetools.cachedmethod", "cachetools.func.lru_cache",
     "cachetools.func.ttl_cache", "aiocache.cached", "cached_property.cached_property",
     "methodtools.lru_cache", "diskcache.Cache.memoize", "streamlit.cache_resource"}
)  # fmt: skip
"""Decorators below which a function runs once for each set of arguments."""

HUB_METHODS = {"from_pretrained": ("pretrained_model_name_or_path",)}
HUB_LOADERS = {
    "transformers.pipeline": ("task", "model"),
    "transformers.pipelines.pipeline": ("task", "model"),
    "sentence_transformers.SentenceTransformer": ("model_name_or_path",),
    "sentence_transformers.CrossEncoder": ("model_name_or_path",),
    "vllm.LLM": ("model",),
    "faster_whisper.WhisperModel": ("model_size_or_path",),
}
"""Loaders that take a folder or a name of the hub; their parameters up to the one for it."""
HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
"""How models are named on the hub (huggingface_hub.utils.validate_repo_id): ``owner/name``."""
FOLDERS = frozenset(
    {"app", "artifacts", "assets", "cache", "checkpoint", "checkpoints", "ckpts", "data", "local",
     "model", "models", "output", "outputs", "resources", "tmp", "var", "weights", "workspace"}
)  # fmt: skip
"""What stands before the slash in paths rather than in names of the hub."""
