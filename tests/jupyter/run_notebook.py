"""Runs a notebook of one cell headless with the kernel `rat`, and writes what the cell gave as JSON.

    python run_notebook.py CODE_FILE OUTPUT_FILE [SECONDS]

The kernel itself may print, so standard output is not used.

Needs nbclient, nbformat and jupyter_client, and the kernel that `rat-report kernel --install` installs.
"""

import json
import sys

import nbformat
from nbclient import NotebookClient


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        code = file.read()
    seconds = int(sys.argv[3]) if len(sys.argv) > 3 else 300
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, kernel_name="rat", timeout=seconds, startup_timeout=seconds).execute()
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(notebook.cells[0].outputs, file)


if __name__ == "__main__":
    main()
