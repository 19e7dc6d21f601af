"""Sessions of other tools: their exports read, and stored as our own recorder's sessions are.

`job.py` runs an import, `guess.py` tells which tool a file comes from, and there is one module for each format, whose
`sessions(source, account, options)` gives the sessions of a file. What they share: `files.py`, `jsonstream.py` and
`tables.py` read; `values.py`, `selectors.py` and `sealing.py` say what was read in our words; `rows.py` puts rows in
order; `writing.py` stores; `account.py` accounts for everything.
"""
