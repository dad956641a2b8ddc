"""Everybody in a film: finding people of any size, following them past each other, telling the teams apart.

It is for films that follow one among many (`gametape.film.following`). Poses and the one or two who matter in other
films belong to `gametape.pose`, whose number is read to `gametape.numbers`, who is wanted to `gametape.follow`.
"""
