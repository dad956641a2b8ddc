"""The report of a game and of a player: `build_game_page` and `build_player_page`.

Belongs here: what the two pages say and draw, their words (languages/), layout (templates/, game.css) and script
(script/). Does not belong here: computing statistics (gametape.replay), judging them (gametape.replay.judgement), where
the files are put (assets).
"""

from gametape.replay.page.build import PAGE_FILE, PDF_FILE, RESULTS_FILE, PageFiles, build_game_page, build_player_page
from gametape.replay.page.inputs import GameInput, PlayerInput

__all__ = [
    "PAGE_FILE",
    "PDF_FILE",
    "RESULTS_FILE",
    "GameInput",
    "PageFiles",
    "PlayerInput",
    "build_game_page",
    "build_player_page",
]
