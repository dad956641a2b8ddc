"""What is produced, in the order it flows, one file a chapter.

An asset here is a few lines over `gametape`: it says what it needs, calls the craft and publishes a table. It
holds no algorithm. `common` holds what they share.
"""

from assets.ball import ball_events, ball_flights, ball_trajectory, calibration, rallies
from assets.coaching import findings, goal_outcomes, metric_frames, metrics, strokes, week_plan
from assets.pose import joint_angles, people, pose_estimates, pose_keypoints
from assets.report import player_progress, report, warehouse_summary
from assets.rules import coaching_texts, courts, limits, report_words, stroke_rules
from assets.source import analysis_window, frames, sidecar, source_video

ALL = [
    source_video,
    sidecar,
    frames,
    analysis_window,
    stroke_rules,
    limits,
    coaching_texts,
    courts,
    report_words,
    ball_trajectory,
    calibration,
    ball_events,
    ball_flights,
    rallies,
    pose_estimates,
    people,
    pose_keypoints,
    joint_angles,
    strokes,
    metrics,
    metric_frames,
    findings,
    week_plan,
    goal_outcomes,
    report,
    warehouse_summary,
    player_progress,
]
