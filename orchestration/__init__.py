"""How work is run: definitions, jobs, executor, storage, the instance, a film's state, the command line.

What is produced is in `assets`, what starts work in `sensors`, what work needs in `resources`, and everything
that knows about video, balls or people in `gametape`. Importing this package does nothing.
"""
