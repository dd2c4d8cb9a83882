"""Calls that go out over the network, and where to.

Sources: the documentation of each library as of 2026-05 (requests 2.32, httpx 0.28, aiohttp
3.13, urllib, urllib3 2, huggingface_hub 1, openai 2, anthropic, boto3, google-cloud-storage,
slack_sdk, stripe, twilio, sentry_sdk).
"""

from __future__ import annotations

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options")

_ASKERS = ("requests", "requests.Session", "requests.session", "httpx", "httpx.Client",
           "httpx.AsyncClient", "aiohttp.ClientSession")  # fmt: skip

URL_FIRST = frozenset(
    {
        *(f"{asker}.{verb}" for asker in _ASKERS for verb in _VERBS),
        "urllib.request.urlopen", "urllib.request.urlretrieve", "wget.download",
        "torch.hub.load_state_dict_from_url", "torch.hub.download_url_to_file",
        "diffusers.utils.load_image", "aiohttp.ClientSession.ws_connect",
        "websockets.connect", "gdown.download",
    }
)  # fmt: skip
"""Calls whose first argument, or ``url=``, is the URL they ask."""

URL_SECOND = frozenset(
    {
        "requests.request", "httpx.request", "httpx.stream", "aiohttp.request",
        "requests.Session.request", "httpx.Client.request", "httpx.Client.stream",
        "httpx.AsyncClient.request", "httpx.AsyncClient.stream", "aiohttp.ClientSession.request",
        "urllib3.request", "urllib3.PoolManager.request", "urllib3.PoolManager.urlopen",
    }
)  # fmt: skip
"""Calls whose second argument, or ``url=``, is the URL they ask: the method comes first."""

BASES = {"httpx.Client": "base_url", "httpx.AsyncClient": "base_url",
         "aiohttp.ClientSession": "base_url"}  # fmt: skip
"""Clients that put a URL of their own before what they are asked, and the argument it is in."""

HUB_DOWNLOADS = frozenset(
    {
        "huggingface_hub.snapshot_download", "huggingface_hub.hf_hub_download",
        "huggingface_hub.file_download.hf_hub_download",
        "transformers.utils.cached_file", "nltk.download",
        "modelscope.snapshot_download", "modelscope.hub.snapshot_download.snapshot_download",
        "kagglehub.model_download", "kagglehub.dataset_download",
        "gensim.downloader.load", "spacy.cli.download",
    }
)  # fmt: skip
"""Calls that fetch files from a hub where they are not cached yet."""

OFFLINE_ARGUMENT = "local_files_only"
"""Argument by which a hub's download asks the cache alone."""

REMOTE_CLIENTS = {
    "openai.OpenAI": "base_url", "openai.AsyncOpenAI": "base_url",
    "anthropic.Anthropic": "base_url", "anthropic.AsyncAnthropic": "base_url",
    "cohere.Client": "base_url", "cohere.ClientV2": "base_url", "mistralai.Mistral": "server_url",
    "groq.Groq": "base_url", "groq.AsyncGroq": "base_url", "together.Together": "base_url",
    "replicate.Client": "base_url", "boto3.client": "endpoint_url",
    "boto3.resource": "endpoint_url", "google.cloud.storage.Client": "client_options",
    "slack_sdk.WebClient": "base_url", "slack_sdk.web.client.WebClient": "base_url",
    "stripe.StripeClient": "base_addresses", "twilio.rest.Client": "region",
    "sendgrid.SendGridAPIClient": "host", "huggingface_hub.InferenceClient": "base_url",
    "huggingface_hub.HfApi": "endpoint",
}  # fmt: skip
"""Clients of one service on the internet, and the argument that would name another place."""
