"""One opening in a peer: Netron or Model Explorer, served on this machine, in a headless Chromium.

    python peer.py netron|explorer MODEL PORT CHROMIUM TIMEOUT [PICTURE]

Run with a Python that has `netron`, `ai-edge-model-explorer`, `model-explorer-onnx`, `playwright` and
`psutil`. Prints one JSON object: `seconds` from the navigation to the first frame in which the graph is
there and stays as it is, `megabytes` of browser and server, `frames`, the milliseconds between frames while
the wheel zooms. `seconds` is null where it took longer than TIMEOUT seconds.

The one rule: what could be ready before a person opens the model is ready: the server runs, the browser is
open. Only from the navigation on is counted.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import psutil
from playwright.sync_api import Error, Page, sync_playwright

#: Milliseconds for which what is seen must stay as it is.
_STABLE = 400
_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu-sandbox", "--use-gl=angle", "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",  # no peer waits for the world outside
)  # fmt: skip
_SERVERS = {
    "netron": ["-c", "import netron; netron.main()", "{model}", "--port", "{port}", "--host", "localhost"],
    "explorer": ["-m", "model_explorer", "{model}", "--port", "{port}", "--no_open_in_browser",
                 "--extensions", "model_explorer_onnx", "--skip_health_check"],
}  # fmt: skip
#: How many things of the graph are seen; 0 while it is not there.
_SEEN = {
    "netron": """() => document.body.classList.contains('default')
        ? document.querySelectorAll('#canvas g.node').length : 0""",
    "explorer": """() => /Processing|Loading/.test(document.body.innerText) ? 0
        : (document.querySelector('webgl-renderer canvas') && window.drawn || 0)""",
}
#: Watches every frame; counts what WebGL has drawn in the last one that drew anything.
_WATCH = """
const evaluate = window.eval;  // Netron forbids it, and the driver needs it
Object.defineProperty(window, 'eval', {get: () => evaluate, set: () => {}});
window.drawn = 0; let drawing = 0, seen = 0, since = 0; window.found = null;
for (const context of [WebGLRenderingContext, WebGL2RenderingContext])
  for (const name of ['drawElements', 'drawArrays', 'drawElementsInstanced', 'drawArraysInstanced']) {
    const draw = context.prototype[name];
    if (draw) context.prototype[name] = function (...given) { drawing += 1; return draw.apply(this, given); };
  }
const count = %s;
function watch(now) {
  if (drawing) { window.drawn = drawing; drawing = 0; }
  let n = 0;
  try { n = count(); } catch (error) { n = 0; }
  if (n !== seen) { seen = n; since = now; }
  if (n && window.found === null && now - since >= %d) window.found = {seconds: since / 1000, things: n};
  requestAnimationFrame(watch);
}
requestAnimationFrame(watch);
"""
_FRAMES = """() => new Promise(done => {
  const times = []; const end = performance.now() + 3000;
  function tick(now) { times.push(now); now < end ? requestAnimationFrame(tick) : done(times); }
  requestAnimationFrame(tick);
})"""


def address(viewer: str, model: str, port: int) -> str:
    """The page that opens the model."""
    if viewer == "netron":
        return f"http://localhost:{port}/"
    told = json.dumps({"models": [{"url": model, "adapterId": "builtin_onnx"}]})
    return f"http://localhost:{port}/?data={urllib.parse.quote(told)}"


def serve(viewer: str, model: str, port: int) -> subprocess.Popen[bytes]:
    """Starts the server and waits until it answers."""
    command = [part.format(model=model, port=port) for part in _SERVERS[viewer]]
    server = subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://localhost:{port}/", timeout=1).close()
            return server
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit(f"{viewer} does not answer on port {port}")


def megabytes() -> float:
    """Memory of this process's children: what they share is counted once."""
    total = 0
    for process in psutil.Process().children(recursive=True):
        try:
            if "node" not in process.name():  # that which drives the browser
                total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return total / 2**20


def frames(page: Page) -> list[float]:
    """Milliseconds from frame to frame while the wheel zooms in and out."""
    box = page.viewport_size or {"width": 1600, "height": 1000}
    page.mouse.move(box["width"] / 2, box["height"] / 2)
    page.evaluate(f"() => {{ window.times = null; ({_FRAMES})().then(times => window.times = times); }}")
    page.keyboard.down("Control")
    for step in range(30):
        page.mouse.wheel(0, -100 if step % 20 < 10 else 100)
    page.keyboard.up("Control")
    page.wait_for_function("() => window.times !== null", timeout=60_000)
    times = page.evaluate("() => window.times")
    return [round(after - before, 2) for before, after in itertools.pairwise(times)]


def main(viewer: str, model: str, port: int, chromium: str, timeout: float, picture: str = "") -> None:
    server = serve(viewer, model, port)
    found: dict[str, Any] = {"seconds": None, "megabytes": None, "frames": []}
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium, args=list(_ARGUMENTS))
            context = browser.new_context(viewport={"width": 1600, "height": 1000})
            context.add_cookies([{"name": "consent", "value": "1", "url": f"http://localhost:{port}/"}])
            page = context.new_page()
            page.add_init_script(_WATCH % (_SEEN[viewer], _STABLE))
            page.goto(address(viewer, model, port), wait_until="commit")
            try:
                page.wait_for_function("() => window.found", timeout=1000 * timeout, polling=50)
                found |= page.evaluate("() => window.found")
                found["megabytes"] = round(megabytes())
                if picture:
                    page.screenshot(path=picture)
                found["frames"] = frames(page)
            except Error as error:
                found["said"] = str(error).splitlines()[0]
                if picture:
                    page.screenshot(path=picture)
            browser.close()
    finally:
        server.kill()
        server.wait()
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(given[0], given[1], int(given[2]), given[3], float(given[4]), *given[5:6])
