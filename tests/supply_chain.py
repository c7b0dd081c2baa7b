"""What a release is made of, and whether anything in it is known to be unsafe: `python -m tests.supply_chain`.

Writes the bill of materials (CycloneDX) to build/sbom.json, and asks PyPI's list of vulnerabilities about each package.
Where no list can be reached that is said, and is no pass; a package with a known vulnerability ends with 1.
"""

import json
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).parent.parent
LIST, SBOM = HOUSE / "requirements.txt", HOUSE / "build" / "sbom.json"


def bill() -> int:
    """Writes the bill of materials; returns how many components it names."""
    SBOM.parent.mkdir(exist_ok=True)
    tool = [sys.executable, "-m", "cyclonedx_py", "requirements", str(LIST), "--output-reproducible"]
    subprocess.run([*tool, "--of", "JSON", "-o", str(SBOM)], check=True, capture_output=True, timeout=120)
    components = json.loads(SBOM.read_text(encoding="utf-8"))["components"]
    return len({(each["name"], each["version"]) for each in components})


def told(answer: str) -> tuple[int, list[str]]:
    """How many packages pip-audit could ask about, and what is known against them. Raises ValueError for no answer."""
    packages = json.loads(answer)["dependencies"]
    asked = [each for each in packages if "skip_reason" not in each]
    known = [f"{each['name']} {each['version']}: {wrong['id']}" for each in asked for wrong in each["vulns"]]
    return len(asked), known


def main() -> int:
    """The bill, then the audit."""
    print(f"{bill()} components are in {SBOM.relative_to(HOUSE)}")
    tool = [sys.executable, "-m", "pip_audit", "-r", str(LIST), "--require-hashes", "--disable-pip", "-f", "json"]
    try:
        run = subprocess.run(
            [*tool, "--progress-spinner", "off"], capture_output=True, text=True, timeout=300, check=False
        )
        asked, known = told(run.stdout)
    except (subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
        asked, known = 0, []
    if known:
        print("known to be unsafe:", *known, sep="\n  ")
        return 1
    if not asked:
        print(
            "NOT AUDITED: no list of vulnerabilities can be reached from here. Run `make check` where pypi.org answers."
        )
    else:
        print(f"{asked} packages asked about, none is known to be unsafe")
    return 0


if __name__ == "__main__":
    sys.exit(main())
