"""Puts a section of benches/RESULTS.md in the place of the one of that name, below the last chapter, `# Scale`."""

import pathlib
import re
import sys

name, section = sys.argv[1], pathlib.Path(sys.argv[2]).read_text().strip()
path = pathlib.Path("benches/RESULTS.md")
before, _, chapter = path.read_text().partition("\n# Scale\n")
parts = [part.strip() for part in re.split(r"(?m)^(?=## )", chapter) if part.strip()]
parts = sorted([part for part in parts if part.splitlines()[0] != name] + [section])
path.write_text(before.rstrip() + "\n\n# Scale\n\n" + "\n\n".join(parts) + "\n")
print(section)
