"""What differs from sport to sport: a folder a sport, and how its rules are read.

files: what each file of a folder may hold. load: reads the folders and puts a film's rules together. rules: those
rules. courts: courts and balls. labels: what reports call the sports' own things. How to add a sport is in
docs/sports.md.
"""
