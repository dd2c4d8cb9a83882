"""Chutes for the tests of injection."""

from __future__ import annotations

HEAD = """
import asyncio, base64, importlib, io, os, pickle, shutil, sqlite3, subprocess, tempfile
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import aiohttp, httpx, jinja2, joblib, numpy, requests, sqlalchemy, torch, yaml
from PIL import Image
from sympy import sympify
from chutes.chute import Chute, NodeSelector
from pydantic import BaseModel

chute = Chute(username="you", name="my-service", image="you/my-service:1.0",
              node_selector=NodeSelector(gpu_count=1))
pool = ThreadPoolExecutor()

class Input(BaseModel):
    name: str
    count: int = 1
    words: list[str] = []

"""


def source(body: str, *, before: str = "", parameter: str = "args: Input") -> str:
    """Return a chute whose one cord has a body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return (
        f"{HEAD}{before}\n@chute.cord(public_api_path='/x')\n"
        f"async def x(self, {parameter}):\n{lines}"
    )
