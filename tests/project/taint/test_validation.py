"""What a program made sure of before it used a value is not reported."""

from __future__ import annotations

import pytest

from chutes_cli.project.taint.threats import Threat
from tests.project.taint.conftest import Asks

REFUSE = "    raise HTTPException(status_code=400)\n"

CHECKED = {
    "allowed": (Threat.SHELL, f"if args.name not in ALLOWED:\n{REFUSE}sink(args.name)"),
    "allowed before a name": (
        Threat.SHELL, f"if args.name not in ALLOWED:\n{REFUSE}name = args.name\nsink(name)"),
    "allowed after a name": (
        Threat.SHELL, f"name = args.name\nif name not in ALLOWED:\n{REFUSE}sink(name)"),
    "allowed by the other name": (
        Threat.SHELL, f"name = args.name\nif args.name not in ALLOWED:\n{REFUSE}sink(name)"),
    "inside": (Threat.SHELL, "if args.name in ALLOWED:\n    sink(args.name)"),
    "equal": (Threat.SHELL, "if args.name == 'a':\n    sink(args.name)"),
    "and": (Threat.SHELL, "if args.count and args.name in ALLOWED:\n    sink(args.name)"),
    "or left": (
        Threat.SHELL, f"if args.count or args.name not in ALLOWED:\n{REFUSE}sink(args.name)"),
    "flag": (
        Threat.SHELL, f"ok = args.name in ALLOWED\nif not ok:\n{REFUSE}sink(args.name)"),
    "assert": (Threat.SHELL, "assert args.name in ALLOWED\nsink(args.name)"),
    "conditional": (Threat.SHELL, "sink(args.name if args.name in ALLOWED else 'x')"),
    "letters": (Threat.SHELL, f"if not args.name.isalnum():\n{REFUSE}sink(args.name)"),
    "each letter": (
        Threat.SHELL,
        f"if not all(c.isalnum() or c in '-_' for c in args.name):\n{REFUSE}sink(args.name)"),
    "no bad letter": (
        Threat.SHELL, f"if any(c in args.name for c in ';|&`$'):\n{REFUSE}sink(args.name)"),
    "pattern": (
        Threat.SHELL, f"if not re.fullmatch(r'[a-z0-9_]+', args.name):\n{REFUSE}sink(args.name)"),
    "compiled pattern": (
        Threat.SHELL, f"if not NAME.fullmatch(args.name):\n{REFUSE}sink(args.name)"),
    "bad pattern": (
        Threat.SHELL, f"if re.search(r'[^\\w]', args.name):\n{REFUSE}sink(args.name)"),
    "taken out": (Threat.SHELL, "sink(re.sub(r'[^a-z0-9]', '', args.name))"),
    "helper's answer": (Threat.SHELL, f"if not known(args.name):\n{REFUSE}sink(args.name)"),
    "helper's long answer": (
        Threat.SHELL, f"if not careful(args.name):\n{REFUSE}sink(args.name)"),
    "helper that raises": (Threat.SHELL, "ensure(args.name)\nsink(args.name)"),
    "helper that raises below": (Threat.SHELL, "ensure_all(args.name)\nsink(args.name)"),
    "helper that raises and returns": (Threat.SHELL, "sink(checked(args.name))"),
    "stranger's answer": (
        Threat.SHELL, f"import lib\nif not lib.is_safe(args.name):\n{REFUSE}sink(args.name)"),
    "comprehension": (
        Threat.SHELL, "for each in [n for n in args.names if n in ALLOWED]:\n    sink(each)"),
    "in a loop": (
        Threat.SHELL, "for each in args.names:\n    if each not in ALLOWED:\n        continue\n"
                      "    sink(each)"),
    "number": (
        Threat.SHELL, f"if not isinstance(args.data, int):\n{REFUSE}sink(args.data)"),
    "validator": (Threat.SHELL, "sink(args.checked)"),
    "validator that cleans": (Threat.SHELL, "sink(args.cleaned)"),
    "annotated validator": (Threat.SHELL, "sink(args.noted)"),
    "model validator": (Threat.SHELL, "sink(args.whole)"),
    "checked by the caller": (
        Threat.SHELL, f"if args.name not in ALLOWED:\n{REFUSE}run_it(args.name)"),
    "pattern or none": (
        Threat.SHELL, f"if NAME.fullmatch(args.name) is None:\n{REFUSE}sink(args.name)"),
    "pattern found": (
        Threat.SHELL, "if NAME.fullmatch(args.name) is not None:\n    sink(args.name)"),
    "answer is true": (
        Threat.SHELL, f"if known(args.name) is False:\n{REFUSE}sink(args.name)"),
    "helper that gives up in a loop": (
        Threat.SHELL, f"if not all_known(args.name):\n{REFUSE}sink(args.name)"),
    "each of them in a loop": (
        Threat.SHELL, f"for each in args.names:\n    if each not in ALLOWED:\n    {REFUSE}"
                      "sink(' '.join(args.names))"),
    "each of them by a helper": (
        Threat.SHELL, "for each in args.names:\n    ensure(each)\nsink(' '.join(args.names))"),
    "each letter in a loop": (
        Threat.SHELL, f"for each in args.name:\n    if each not in 'abc':\n    {REFUSE}"
                      "sink(args.name)"),
    "it and others in a loop": (
        Threat.SHELL, "names = list(args.names)\nfor each in [args.name] + names:\n"
                      f"    if not each.isidentifier():\n    {REFUSE}sink(' '.join(names))"),
    "no other in the list": (
        Threat.SHELL, "odd = [each for each in args.names if each not in ALLOWED]\nif odd:\n"
                      f"{REFUSE}sink(' '.join(args.names))"),
    "no other in the set": (
        Threat.SHELL, "odd = {each for each in args.names if each not in ALLOWED}\nif odd:\n"
                      f"{REFUSE}sink(' '.join(args.names))"),
    "nothing left of the set": (
        Threat.SHELL, f"if set(args.names) - ALLOWED:\n{REFUSE}sink(' '.join(args.names))"),
    "not more than the set": (
        Threat.SHELL, f"if not set(args.names) <= ALLOWED:\n{REFUSE}sink(' '.join(args.names))"),
    "within the set": (
        Threat.SHELL, f"if not frozenset(args.names).issubset(ALLOWED):\n{REFUSE}"
                      "sink(' '.join(args.names))"),
    "replaced": (
        Threat.SHELL, "name = args.name\nif name not in ALLOWED:\n    name = 'a'\nsink(name)"),
    "replaced or empty": (
        Threat.SHELL, "name = args.name\nif not name or name not in ALLOWED:\n    name = 'a'\n"
                      "sink(name)"),
    "replaced otherwise": (
        Threat.SHELL, "name = args.name\nif name in ALLOWED:\n    print(name)\nelse:\n"
                      "    name = 'a'\nsink(name)"),
    "replaced parameter": (Threat.SHELL, "run_plain(args.name)"),
    # Paths
    "cut in two": (Threat.PATH, "folder, name = os.path.split(args.name)\nsink(name)"),
    "second of two": (Threat.PATH, "sink(os.path.split(args.name)[1])"),
    "last of two": (Threat.PATH, "sink(os.path.split(args.name)[-1])"),
    "last of the words": (Threat.PATH, "sink(args.name.split('/')[-1])"),
    "last of the words by name": (Threat.PATH, "sink(args.name.split(os.sep)[-1])"),
    "cut from the right": (Threat.PATH, "_, name = args.name.rsplit('/', 1)\nsink(name)"),
    "after the last": (Threat.PATH, "sink(args.name.rpartition('/')[2])"),
    "last of the parts": (Threat.PATH, "sink(Path(args.name).parts[-1])"),
    "only its last part": (
        Threat.PATH, f"if Path(args.name).name != args.name:\n{REFUSE}sink(args.name)"),
    "only its base": (
        Threat.PATH, f"if os.path.basename(args.name) != args.name:\n{REFUSE}sink(args.name)"),
    "common path": (
        Threat.PATH, "path = os.path.realpath(os.path.join('/data', args.name))\n"
                     f"if os.path.commonpath(['/data', path]) != '/data':\n{REFUSE}sink(path)"),
    "among its parents": (
        Threat.PATH, f"path = (BASE / args.name).resolve()\nif BASE not in path.parents:\n{REFUSE}"
                     "sink(path)"),
    "no part goes up": (
        Threat.PATH, f"if '..' in Path(args.name).parts:\n{REFUSE}sink(args.name)"),
    "no separator": (
        Threat.PATH, f"if '/' in args.name or '..' in args.name:\n{REFUSE}sink(args.name)"),
    "resolved below": (
        Threat.PATH, "path = (BASE / args.name).resolve()\nif not path.is_relative_to(BASE):\n"
                     f"{REFUSE}sink(path)"),
    "resolved prefix": (
        Threat.PATH, "path = os.path.realpath(os.path.join('/data', args.name))\n"
                     f"if not path.startswith('/data/'):\n{REFUSE}sink(path)"),
    "relative or error": (
        Threat.PATH, "path = (BASE / args.name).resolve()\ntry:\n    path.relative_to(BASE)\n"
                     f"except ValueError:\n{REFUSE}sink(path)"),
    "name only": (Threat.PATH, "sink(Path(args.name).name)"),
    "basename": (Threat.PATH, "sink(os.path.join('/data', os.path.basename(args.name)))"),
    "uuid": (Threat.PATH, "uuid.UUID(args.name)\nsink(args.name)"),
    # Addresses
    "host allowed": (
        Threat.URL, "host = urlparse(args.url).hostname\nif host not in ALLOWED:\n"
                    f"{REFUSE}sink(args.url)"),
    "host allowed in steps": (
        Threat.URL, "parsed = urlparse(args.url)\nif parsed.scheme != 'https' or parsed.hostname "
                    f"not in ALLOWED:\n{REFUSE}sink(args.url)"),
    "fixed host": (Threat.URL, "sink(f'https://api.example.com/v1/{args.name}')"),
    "fixed host added": (Threat.URL, "sink('https://api.example.com/v1/' + args.name)"),
    "own base": (Threat.URL, "sink(f'{self.base_url}/v1/{args.name}')"),
    "own base added": (Threat.URL, "sink(self.base_url + '/v1/' + args.name)"),
    "prefix": (
        Threat.URL, f"if not args.url.startswith('https://a.example/'):\n{REFUSE}sink(args.url)"),
    "own domain": (
        Threat.URL, f"if not urlparse(args.url).hostname.endswith('.example.com'):\n{REFUSE}"
                    "sink(args.url)"),
    "every address is global": (
        Threat.URL, f"if not is_public(urlparse(args.url).hostname):\n{REFUSE}sink(args.url)"),
    "global address": (
        Threat.URL, "import socket\nip = ipaddress.ip_address(socket.gethostbyname("
                    f"urlparse(args.url).hostname))\nif not ip.is_global:\n{REFUSE}sink(args.url)"),
    "private address": (
        Threat.URL, "import socket\nip = ipaddress.ip_address(socket.gethostbyname("
                    f"urlparse(args.url).hostname))\nif ip.is_private:\n{REFUSE}sink(args.url)"),
    # Sizes
    "short": (Threat.SIZE, "sink(args.short)"),
    "measured": (Threat.SIZE, f"if len(args.name) > 100:\n{REFUSE}sink(args.name)"),
    "cut": (Threat.SIZE, "sink(args.name[:100])"),
}  # fmt: skip

UNCHECKED = {
    "allowed without consequence": (
        Threat.SHELL, "if args.name not in ALLOWED:\n    print('odd')\nsink(args.name)"),
    "another's": (Threat.SHELL, f"if args.url not in ALLOWED:\n{REFUSE}sink(args.name)"),
    "outside": (Threat.SHELL, "if args.name not in ALLOWED:\n    sink(args.name)"),
    "forbidden": (Threat.SHELL, f"if args.name in ALLOWED:\n{REFUSE}sink(args.name)"),
    "not empty": (Threat.SHELL, f"if not args.name:\n{REFUSE}sink(args.name)"),
    "a text": (Threat.SHELL, f"if not isinstance(args.name, str):\n{REFUSE}sink(args.name)"),
    "short": (Threat.SHELL, f"if len(args.name) > 10:\n{REFUSE}sink(args.name)"),
    "unequal": (Threat.SHELL, "if args.name != 'a':\n    sink(args.name)"),
    "or right": (Threat.SHELL, "if args.count or args.name in ALLOWED:\n    sink(args.name)"),
    "and left": (
        Threat.SHELL, f"if args.count and args.name not in ALLOWED:\n{REFUSE}sink(args.name)"),
    "after": (Threat.SHELL, f"sink(args.name)\nif args.name not in ALLOWED:\n{REFUSE}"),
    "loose pattern": (
        Threat.SHELL, f"if not re.match(r'[a-z]+', args.name):\n{REFUSE}sink(args.name)"),
    "some bad letters": (
        Threat.SHELL, f"if re.search(r'[<>]', args.name):\n{REFUSE}sink(args.name)"),
    "taken out too little": (Threat.SHELL, "sink(re.sub(r'[<>]', '', args.name))"),
    "not nothing": (Threat.SHELL, f"if args.name is None:\n{REFUSE}sink(args.name)"),
    "of a type": (Threat.SHELL, f"if type(args.name) != str:\n{REFUSE}sink(args.name)"),
    "its own lower case": (
        Threat.SHELL, f"if args.name.lower() != args.name:\n{REFUSE}sink(args.name)"),
    "asked only": (Threat.SHELL, "known(args.name)\nsink(args.name)"),
    "helper that looks at the length": (
        Threat.SHELL, f"if not short(args.name):\n{REFUSE}sink(args.name)"),
    "helper on another": (Threat.SHELL, "ensure(args.url)\nsink(args.name)"),
    "validator of another": (Threat.SHELL, "sink(args.name)"),
    "validator of the length": (Threat.SHELL, "sink(args.measured)"),
    "another in a loop": (
        Threat.SHELL, f"for each in args.names:\n    if each not in ALLOWED:\n    {REFUSE}"
                      "sink(args.name)"),
    "skipped in a loop": (
        Threat.SHELL, "for each in args.names:\n    if each in ALLOWED:\n        continue\n"
                      "    print(each)\nsink(' '.join(args.names))"),
    "some in a loop": (
        Threat.SHELL, "for each in args.names:\n    if args.count and each not in ALLOWED:\n"
                      f"    {REFUSE}sink(' '.join(args.names))"),
    "sometimes in a loop": (
        Threat.SHELL, "if args.count:\n    for each in args.names:\n"
                      f"        if each not in ALLOWED:\n        {REFUSE}"
                      "sink(' '.join(args.names))"),
    "sometimes by a helper": (
        Threat.SHELL, "for each in args.names:\n    if args.count:\n        ensure(each)\n"
                      "sink(' '.join(args.names))"),
    "later in a loop": (
        Threat.SHELL, "sink(' '.join(args.names))\nfor each in args.names:\n"
                      f"    if each not in ALLOWED:\n    {REFUSE}"),
    "keys in a loop": (
        Threat.SHELL, "for i, each in enumerate(args.names):\n    if i not in ALLOWED:\n"
                      f"    {REFUSE}sink(' '.join(args.names))"),
    "all of them": (
        Threat.SHELL, "every = [each for each in args.names]\nif every:\n"
                      f"{REFUSE}sink(' '.join(args.names))"),
    "those allowed": (
        Threat.SHELL, "found = [each for each in args.names if each in ALLOWED]\nif found:\n"
                      f"{REFUSE}sink(' '.join(args.names))"),
    "an odd one": (
        Threat.SHELL, "odd = [each for each in args.names if each not in ALLOWED]\n"
                      "if not odd:\n    raise ValueError\nsink(' '.join(args.names))"),
    "something left": (
        Threat.SHELL, "if set(args.names) - ALLOWED:\n    sink(' '.join(args.names))"),
    "more than the set": (
        Threat.SHELL, "if not set(args.names) <= ALLOWED:\n    sink(' '.join(args.names))"),
    "few": (Threat.SHELL, f"if not args.count <= 3:\n{REFUSE}sink(args.name)"),
    "less than another": (Threat.SHELL, f"if not args.name <= 'b':\n{REFUSE}sink(args.name)"),
    "replaced the wrong way": (
        Threat.SHELL, "name = args.name\nif name in ALLOWED:\n    name = 'a'\nsink(name)"),
    "replaced sometimes": (
        Threat.SHELL, "name = args.name\nif args.count and name not in ALLOWED:\n"
                      "    name = 'a'\nsink(name)"),
    "replaced by another": (
        Threat.SHELL, "name = args.name\nif name not in ALLOWED:\n    name = args.url\n"
                      "sink(name)"),
    "replaced before": (
        Threat.SHELL, "name = 'a'\nif name not in ALLOWED:\n    name = 'b'\nname = args.name\n"
                      "sink(name)"),
    "replaced after": (
        Threat.SHELL, "name = args.name\nsink(name)\nif name not in ALLOWED:\n    name = 'a'"),
    "added to": (
        Threat.SHELL, "name = args.name\nif name not in ALLOWED:\n    name += 'a'\nsink(name)"),
    "replaced in a loop": (
        Threat.SHELL, "name = args.name\nif name not in ALLOWED:\n    for name in args.names:\n"
                      "        print(name)\nsink(name)"),
    "first of two": (Threat.PATH, "folder, name = os.path.split(args.name)\nsink(folder)"),
    "first of the words": (Threat.PATH, "sink(args.name.split('/')[0])"),
    "words of something else": (Threat.PATH, "sink(args.name.split('_')[-1])"),
    "cut from the left": (Threat.PATH, "sink(args.name.split('/', 2)[1])"),
    "before the last": (Threat.PATH, "sink(args.name.rpartition('/')[0])"),
    "last word for a shell": (Threat.SHELL, "sink(args.name.split('/')[-1])"),
    "exists": (Threat.PATH, f"if not os.path.exists(args.name):\n{REFUSE}sink(args.name)"),
    "suffix": (
        Threat.PATH, f"if Path(args.name).suffix not in ALLOWED:\n{REFUSE}sink(args.name)"),
    "suffix of a text": (
        Threat.PATH, f"if not args.name.endswith('.png'):\n{REFUSE}sink(args.name)"),
    "unresolved prefix": (
        Threat.PATH, "path = os.path.join('/data', args.name)\n"
                     f"if not path.startswith('/data/'):\n{REFUSE}sink(path)"),
    "joined": (Threat.PATH, "sink(BASE / args.name)"),
    "absolute": (Threat.PATH, "sink(os.path.join('/data', args.name))"),
    "scheme only": (
        Threat.URL, f"if urlparse(args.url).scheme not in ('http', 'https'):\n{REFUSE}"
                    "sink(args.url)"),
    "loopback only": (
        Threat.URL, "parsed = urlparse(args.url)\nif parsed.hostname in ['localhost', '127.0.0.1']:"
                    f"\n{REFUSE}sink(args.url)"),
    "scheme before": (Threat.URL, "sink('https://' + args.name)"),
    "scheme in the f-string": (Threat.URL, "sink(f'https://{args.name}/x')"),
    "prefix without its end": (
        Threat.URL, f"if not args.url.startswith('https://a.example'):\n{REFUSE}sink(args.url)"),
    "joined address": (Threat.URL, "sink(urljoin('https://a.example/', args.url))"),
    "validated link": (Threat.URL, "sink(args.link)"),
    "caller's base": (Threat.URL, "sink(f'{args.url}/v1')"),
    "unmeasured": (Threat.SIZE, "sink(args.name)"),
    "measured after": (Threat.SIZE, f"sink(args.name)\nif len(args.name) > 100:\n{REFUSE}"),
}  # fmt: skip

BEFORE = """
NAME = re.compile(r"[a-z]+")

def known(name):
    return name in ALLOWED

def all_known(name):
    for each in name.split(","):
        if each not in ALLOWED:
            return False
    return True

def careful(name):
    if not name:
        return False
    if name not in ALLOWED:
        return False
    return True

def short(name):
    return len(name) < 10

def ensure(name):
    if name not in ALLOWED:
        raise HTTPException(status_code=400)

def ensure_all(name):
    if not name:
        return
    ensure(name)

def is_public(host):
    import socket
    for info in socket.getaddrinfo(host, None):
        if not ipaddress.ip_address(info[4][0]).is_global:
            return False
    return True

def checked(name):
    if name not in ALLOWED:
        raise HTTPException(status_code=400)
    return name

def run_plain(name):
    if name not in ALLOWED:
        name = "a"
    %s(name)

def run_it(name):
    %s(name)

def only_letters(value):
    if not value.isalnum():
        raise ValueError("letters")
    return value

class Checked(Input):
    checked: str = "x"
    cleaned: str = "x"
    measured: str = "x"
    whole: str = "x"
    noted: Annotated[str, AfterValidator(only_letters)] = "x"

    @field_validator("checked")
    @classmethod
    def _check(cls, value):
        if value not in ALLOWED:
            raise ValueError("odd")
        return value

    @field_validator("cleaned")
    @classmethod
    def _clean(cls, value):
        return shlex.quote(value)

    @field_validator("measured")
    @classmethod
    def _measure(cls, value):
        if len(value) > 100:
            raise ValueError("long")
        return value

    @model_validator(mode="after")
    def _all(self):
        if self.whole not in ALLOWED:
            raise ValueError("odd")
        return self
"""


def before(body: str) -> str:
    return BEFORE % tuple("sink" if each in body else "other" for each in ("run_plain", "run_it"))


@pytest.mark.parametrize(("threat", "body"), CHECKED.values(), ids=CHECKED)
def test_checked(asks: Asks, threat: Threat, body: str) -> None:
    assert asks(body, threat, before=before(body), parameter="args: Checked") is None


@pytest.mark.parametrize(("threat", "body"), UNCHECKED.values(), ids=UNCHECKED)
def test_unchecked(asks: Asks, threat: Threat, body: str) -> None:
    assert asks(body, threat, before=before(body), parameter="args: Checked") is not None
