"""Which of many people is the wanted one, and his shifts: decisions on tables, nothing here looks at a picture.

`weigh` says which pieces of tracks are a wanted player's and why, `identify` where he is in each frame, `shifts` what
his shifts are. Does not belong here: finding people and joining them into tracks (`gametape.people`), reading shirts
(`gametape.numbers`), clips (`gametape.clips`).
"""
