"""Runs a notebook of one cell headless with the kernel `rat`, and prints what the cell gave as JSON.

    python run_notebook.py CODE_FILE [SECONDS]

Needs nbclient, nbformat and jupyter_client, and the kernel that `rat-report kernel --install` installs.
"""

import json
import sys

import nbformat
from nbclient import NotebookClient


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        code = file.read()
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 120
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, kernel_name="rat", timeout=seconds, startup_timeout=seconds).execute()
    json.dump(notebook.cells[0].outputs, sys.stdout)


if __name__ == "__main__":
    main()
