"""The tables of strokes, metrics, findings, goals and plans, of a film and of a player."""

from __future__ import annotations

from gametape.tables.core import FRAME, PLAYER, Table, columns

#: Metrics of how well it was filmed, not of how well it was played.
FILMING_METRICS = frozenset({"pose_coverage", "ball_coverage", "ball_in_play"})

STROKES = Table(
    "strokes",
    "a stroke of a person",
    columns(
        "track int32! person",
        "stroke int32! number in the film by time of contact, from 0",
        "kind string! of the sport's kinds of strokes; swing where the kind is not known",
        "kind_confidence float32 0..1; null: swing",
        "kind_reason string! reason: what shows the kind, or why it is not known",
        "confidence float32! 0..1, that it is a stroke",
        "confidence_reason string! what made it so",
        "hand string left or right, the player's playing hand over all strokes; null: not clear",
        "hand_reason string! reason: what shows the hand, or why it is not known",
        "contact_source string! wrist, ball, or both where they agree",
        "ball_event_frame int32 frame of the ball_events row it belongs to",
        "start_frame int32 frame nearest to start_s",
        "contact_frame int32! frame nearest to contact_s",
        "end_frame int32 frame nearest to end_s",
        "start_s float64 preparation begins: the hand leaves rest; null: the hand is not seen",
        "load_s float64 load begins: the hand's slowest moment before the swing",
        "swing_s float64 the swing to contact begins: the hand passes half its top speed",
        "contact_s float64! contact or release, between frames as it may be",
        "end_s float64 follow-through ends: the hand is slower than 30 % of its top speed",
        "peak_wrist_speed float32 of the playing hand about the mid-hip, heights/s",
        "peak_wrist_speed_mps float32 m/s, where the player's height is known",
        "elbow_at_contact float32 interior angle of the playing elbow in the picture, degrees",
        "knee_in_load float32 smallest knee angle from start to swing, the more bent leg, degrees",
        "separation_max float32 shoulders turned further than the hips, most before contact, degrees",
        "separation_lead_ms float32 from that moment to contact",
        "trunk_lean float32 at contact, from the vertical, degrees, positive to the picture's right",
        "contact_height float32 of the hand above the ankles at contact, heights",
        "contact_ahead float32 of the hand before the mid-hip at contact, the way it swings, heights",
        "follow_through_s float32 from contact to end",
        "unknown string! JSON object: why a measure is null, by column",
        "role string player, opponent or other, as in metrics; null: somebody whom no metric is of",
        "name string of the person, as the sidecar gives it; null: not given",
    ),
)


#: Whose a row is.
_WHOSE = (
    "subject string! ball, film or track:<n>",
    "role string player (whom the film is about), opponent (the only other one who plays, across a net) or other "
    "(whoever else plays); null: ball, film, or somebody who does not play",
    "name string of the person, as the sidecar gives it; null: not given",
)


_MEASURED = (
    *_WHOSE,
    "metric string! its name",
    "value float64 null: not known, see reason",
    "unit string! of the value",
    "n int64! samples it rests on",
    "spread float64 standard deviation or the like, in the unit",
    "error float64 standard error, in the unit; null: not known",
    "method string! how it was measured",
    "window_start_s float64 first second used",
    "window_end_s float64 last second used",
    "reason string why the value is null: a code with arguments, see docs/metrics.md",
)


_REPEATS = "repeats int64 how often it was seen: actions, 0 where none stands out; null: no count of repeats"


MEASURES = Table(
    "measures",
    "a measure of a subject, with the evidence that it rests on",
    columns(
        *_MEASURED,
        "seen float64 share of the samples in its time at which the joints it needs were usable; null: no evidence",
        "joints float64 mean confidence of these joints",
        _REPEATS,
        "scatter float64 standard error by the scatter of these, in the unit; null: fewer than two",
        "action_start_s float64[] where each action that it sums up begins, seconds",
        "action_end_s float64[] where each ends",
        "action_worst_s float64[] where each is worst",
        "action_value float64[] each action's value, in the unit",
        "curve_start_s float64 first second of its curve; null: it is no function of time",
        "curve float64[] its values over time, 120 a second; NaN: unknown, or outside the time it looks at",
    ),
)


METRICS = Table(
    "metrics",
    "a metric of a subject",
    columns(
        *_MEASURED[:6],
        "score float64 0..1 where the metric has a scale",
        *_MEASURED[6:],
        _REPEATS,
        "habit_error float64 standard error as what the player does: of the measure, and scatter; null: not known",
        "confidence float64 0..1, how sure the value is, see docs/metrics.md; null: nothing is known of it",
    ),
)


METRIC_FRAMES = Table(
    "metric_frames",
    "a frame of a metric that is a function of time",
    columns(
        *_WHOSE,
        "metric string! its name",
        *FRAME,
        "value float64! in the metric's unit, at that moment",
        "score float64 0..1 where the metric has a scale",
        "bad bool is it past the limit of the sport and mode? null: there is none",
    ),
)


FINDINGS = Table(
    "findings",
    "a finding",
    columns(
        "code string! stable name",
        "title string! in words",
        "severity string! low, medium or high",
        *_WHOSE,
        "metric string! the metric it rests on",
        "value float64! the metric's value",
        "threshold float64! what it was held against",
        "unit string! of both",
        "confidence float64! 0..1",
        "confidence_reason string! what made it so",
        "sure bool is it seen often and surely enough to be worked on? false: a hint",
        "why string! why it matters",
        "cues string! JSON list of cues",
        "drills string! JSON list of drills",
        "evidence string! JSON list of {start_s, end_s, worst_s}",
    ),
)


WEEK_PLAN = Table(
    "week_plan",
    "a day of the week after the film",
    columns(
        "day string! Monday to Sunday",
        "focus string! what the day is for",
        "minutes int32! of all its activities",
        "activities string! JSON list of {what, minutes, code}; code: the finding it answers, or null",
    ),
)


GOAL_OUTCOMES = Table(
    "goal_outcomes",
    "a goal of the sidecar",
    columns(
        "metric string! the metric it is about",
        "subject string as in metrics, of the player, the film or the ball; null: no such metric was computed",
        "name string of the player, as the sidecar gives it; null: not given, or not of the player",
        "bound string! at_most or at_least",
        "target float64! in the metric's unit",
        "actual float64 the metric's value; null: not known, see reason",
        "met bool is the value on the right side of the target? null: not known, or within the error",
        "delta float64 actual less target",
        "unit string of target, actual and delta; null: no such metric was computed",
        "reason string why met is not known",
    ),
)


REPETITIONS = Table(
    "repetitions",
    "a repetition of a person, where no rules of the sport tell what an action is",
    columns(
        "track int32! person",
        "repetition int32! number of the person's repetition, from 1",
        "joint string! the joint that moves most, as in joint_angles",
        "sides string! one (the other side is not seen, or does something else), both, or by turns, as in a walk",
        "start_s float64! the joint leaves its resting end",
        "turn_s float64! it is at the far end",
        "end_s float64 it is back at rest; null: the film ends before, or it is out of sight",
        "from_deg float32! angle at the resting end, in the picture, degrees, 180 is straight",
        "to_deg float32! angle at the far end",
    ),
)


HEAD_TO_HEAD = Table(
    "head_to_head",
    "a metric of the player beside the same of another person who plays",
    columns(
        *(
            f"{'other_' if other else ''}{column}"
            for other in (False, True)
            for column in (
                "subject string! track:<n>, or film for a player who was not found",
                f"role string! {'opponent or other, as in metrics' if other else 'player'}",
                "name string as in metrics",
            )
        ),
        "metric string! its name",
        "unit string! of both values, both errors, difference and needed",
        *(
            f"{'other_' if other else ''}{column}"
            for other in (False, True)
            for column in (
                "value float64 as in metrics; null: not known, see reason",
                "n int64! samples it rests on",
                "habit_error float64 standard error as what the person does; null: not known",
            )
        ),
        "difference float64 value less other_value; null: one of them is not known",
        "needed float64 by how much they must differ to be told apart at 95 %; null: not compared",
        "state string! better or worse (the player, beyond both errors), same (within them) or unknown",
        "reason string! reason: what it rests on, or why nothing is said",
    ),
)


REPORT = Table(
    "report",
    "a report",
    columns(
        "page string! file of the page, in the film's folder",
        "bytes int64! size of the page and its data, without the film",
        "headline string! JSON object of the headline numbers",
        "pdf string file of the same on paper",
        "results string file of the metrics, findings, plan and goals as JSON",
    ),
)


_PLAYER = (
    "name string! the player's name as the sidecars give it",
    "sport string as given",
    "mode string as given",
    "video string! the newest film",
)


PLAYER_TRENDS = Table(
    "player_trends",
    "a metric of a player over the films of one sport and mode",
    columns(
        *_PLAYER,
        "metric string! its name",
        "unit string! of value, previous, delta and slope",
        "n int64! films in which it is known",
        "value float64 in the newest film; null: not known there",
        "previous float64 the last known before it",
        "delta float64 value less previous",
        "slope float64 change a film, by least squares",
        "slope_margin float64 of the slope, either way, at 95 %",
        "step string against the film before: better, worse, same or unknown",
        "step_why string what that rests on",
        "trend string! improving, declining, stable or unknown",
        "why string! what the trend rests on",
    ),
    PLAYER,
)


PLAYER_FINDINGS = Table(
    "player_findings",
    "a finding of a player's newest film that was made before",
    columns(
        *_PLAYER,
        "code string! stable name",
        "title string! in words",
        "films int64! films in which it was made",
        "of int64! films there are",
        "in_a_row int64! newest films in a row",
    ),
    PLAYER,
)
