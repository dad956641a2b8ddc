"""What is judged of a player from many games: his place among others, what parts his wins from his losses, weaknesses.

Belongs here: pure functions from tables to tables; stats.yaml says which stats there are. Does not belong here: reading
games, training, words, running things.
"""
