"""The Python environment: facts about it, and the repair of the one thing that pip leaves broken.

Belongs here: installed packages and the one known repair. Does not belong here: models, stores, devices (see the
doctor in orchestration).

opencv-python, opencv-contrib-python and opencv-python-headless install the same folder `cv2`. ultralytics asks for the
first and mediapipe for the second, and the last one installed wins. Only the headless one works without libGL.
"""

import importlib.metadata as metadata
import subprocess
import sys

#: Packages that install the folder `cv2`.
OPENCV = (
    "opencv-python",
    "opencv-contrib-python",
    "opencv-python-headless",
    "opencv-contrib-python-headless",
)
#: The one that is kept.
HEADLESS = "opencv-python-headless"


def installed(package: str) -> str | None:
    """Version of an installed package; None where it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def opencv_rivals() -> list[str]:
    """Installed OpenCV packages other than the headless one."""
    return [package for package in OPENCV if package != HEADLESS and installed(package)]


def loads(module: str) -> tuple[bool, str]:
    """Whether a fresh interpreter can import a module, and the last line of its error output."""
    done = subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True, text=True, check=False)
    return done.returncode == 0, (done.stderr.strip().splitlines() or [""])[-1]


def repair() -> list[str]:
    """Leave the one OpenCV that needs no libGL; returns what was done, a sentence each."""
    done = []
    if rivals := opencv_rivals():
        version = installed(HEADLESS)
        _pip("uninstall", "-y", *rivals)
        _pip("install", "--force-reinstall", "--no-deps", f"{HEADLESS}=={version}")
        done.append(f"kept {HEADLESS} {version} as the only cv2 (removed {', '.join(rivals)})")
    return done


def _pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments], check=True)


if __name__ == "__main__":
    for line in repair():
        print(line)
