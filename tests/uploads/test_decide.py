"""Which films get a run: a pure function of a look and of the records."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from gametape.uploads import VIDEOS, LastRequest, Look, ReadyUpload, SidecarState, Upload, decide
from gametape.uploads.decide import Reported, parse_run_key

NO_SIDECAR = VIDEOS.no_sidecar
NOW = Reported(NO_SIDECAR.fingerprint, NO_SIDECAR.window)
SOME = frozenset({"sidecar", "report"})


@dataclass
class Known:
    """Records as a test wants them."""

    partitions: list[str] = field(default_factory=list)
    asked: dict[str, LastRequest] = field(default_factory=dict)
    reported: dict[str, Reported] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)
    stopped: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    nothing_made: bool = False
    sidecars: list[SidecarState] = field(default_factory=list)

    def keys(self) -> list[str]:
        return self.partitions

    def requests(self) -> Mapping[str, LastRequest]:
        return self.asked

    def reported_with(self, keys: Collection[str]) -> Mapping[str, Reported]:
        return {key: self.reported[key] for key in keys if key in self.reported}

    def busy(self) -> set[str]:
        return self.running

    def canceled(self, keys: Collection[str]) -> set[str]:
        return self.stopped & set(keys)

    def unsuccessful(self, keys: Collection[str]) -> set[str]:
        return self.failed & set(keys)

    def to_compute(self, key: str, sidecar: SidecarState) -> frozenset[str] | None:
        self.sidecars.append(sidecar)
        return None if self.nothing_made else SOME


def film(name: str, content: str, sidecar: SidecarState = NO_SIDECAR) -> ReadyUpload:
    upload = Upload(f"/uploads/{name}", name, 100, 1.0, "100-1", 1.0)
    return ReadyUpload(upload, f"{content:0>12}", sidecar)


def said(fingerprint: str, window: str = NO_SIDECAR.window) -> SidecarState:
    return SidecarState(fingerprint, window)


def seen(*what) -> Look:
    return Look(VIDEOS, *what)


A = film("a.mp4", "a")
KEY = VIDEOS.key_of("a.mp4", A.fingerprint)


def asked(sidecar: SidecarState = NO_SIDECAR, number: int = 1) -> LastRequest:
    return LastRequest(number, sidecar.fingerprint)


def test_a_new_film_gets_a_key_and_a_run_of_everything():
    decision = decide(seen((A,)), Known(), most=5)
    [request] = decision.requests
    assert decision.new_keys == (KEY,) == (request.key,) and request.assets is None
    assert parse_run_key(request.run_key) == (KEY, asked())


def test_a_partition_is_no_proof_of_a_run():
    decision = decide(seen((A,)), Known([KEY]), most=5)
    assert len(decision.requests) == 1 and decision.new_keys == ()


def test_a_film_under_another_name_keeps_its_key():
    renamed = film("z.mp4", "a", said("new"))
    decision = decide(seen((renamed,)), Known([KEY], {KEY: asked()}), most=5)
    assert [request.key for request in decision.requests] == [KEY] and not decision.new_keys


def test_what_was_asked_for_is_not_asked_for_again():
    assert not decide(seen((A,)), Known([KEY], {KEY: asked()}), most=5).requests


def test_a_report_with_this_sidecar_is_enough_where_the_runs_are_forgotten():
    assert not decide(seen((A,)), Known([KEY], reported={KEY: NOW}), most=5).requests
    assert decide(seen((A,)), Known([KEY], reported={KEY: Reported("other", NOW.window)}), most=5).requests


def test_a_report_whose_pictures_are_of_another_state_of_the_file_is_not_enough():
    """The file is read once for its text and once for its trim, and may be saved between the two."""
    mixed = Known([KEY], {KEY: asked(said("bad0123"))}, {KEY: Reported(NOW.sidecar, "other")})
    assert decide(seen((A,)), mixed, most=5).requests
    mixed.reported[KEY] = NOW
    assert not decide(seen((A,)), mixed, most=5).requests
    mixed.reported[KEY] = Reported(NOW.sidecar)  # made before the scope was on record
    assert not decide(seen((A,)), mixed, most=5).requests


def test_a_changed_sidecar_is_the_next_request_of_the_film():
    changed = film("a.mp4", "a", said("new"))
    known = Known([KEY], {KEY: asked(number=4)})
    [request] = decide(seen((changed,)), known, most=5).requests
    assert request.number == 5 and request.assets == SOME
    assert known.sidecars == [changed.sidecar]


def test_a_film_whose_run_has_not_ended_waits():
    changed = film("a.mp4", "a", said("new"))
    decision = decide(seen((changed,)), Known([KEY], {KEY: asked()}, running={KEY}), most=5)
    assert not decision.requests and decision.waiting == ("a.mp4: a run of it has not ended",)


QUICKLY = film("a.mp4", "a", SidecarState(NO_SIDECAR.fingerprint, NO_SIDECAR.window, analysis="quick"))
LOOKED_AT = LastRequest(1, NO_SIDECAR.fingerprint, quick=True)


def test_a_first_look_comes_first_where_the_sidecar_or_the_operator_wants_one():
    [request] = decide(seen((QUICKLY,)), Known(), most=5).requests
    assert request.quick and request.assets is None and parse_run_key(request.run_key) == (KEY, LOOKED_AT)
    [request] = decide(seen((A,)), Known(), most=5, analysis="quick").requests
    assert request.quick
    full = film("a.mp4", "a", SidecarState(NO_SIDECAR.fingerprint, NO_SIDECAR.window, analysis="full"))
    [request] = decide(seen((full,)), Known(), most=5, analysis="quick").requests
    assert not request.quick


def test_a_first_look_that_has_ended_however_is_followed_by_the_full_analysis_once():
    known = Known([KEY], {KEY: LOOKED_AT})
    decision = decide(seen((QUICKLY,)), known, most=5)
    [request] = decision.requests
    assert (request.number, request.quick, request.assets) == (2, False, SOME)
    assert "1 film to process in full after a first look: a.mp4" in decision.summary
    known.asked[KEY] = parse_run_key(request.run_key)[1]
    assert not decide(seen((QUICKLY,)), known, most=5).requests


def test_the_full_analysis_does_not_begin_beside_the_first_look():
    decision = decide(seen((QUICKLY,)), Known([KEY], {KEY: LOOKED_AT}, running={KEY}), most=5)
    assert not decision.requests and decision.waiting


def test_who_cancels_a_first_look_does_not_get_the_full_analysis_until_the_sidecar_changes():
    known = Known([KEY], {KEY: LOOKED_AT}, stopped={KEY})
    assert not decide(seen((QUICKLY,)), known, most=5).requests
    changed = film("a.mp4", "a", SidecarState("new", "new", analysis="quick"))
    [request] = decide(seen((changed,)), known, most=5).requests
    assert not request.quick and request.number == 2


def test_a_full_analysis_that_somebody_started_by_hand_after_the_first_look_is_enough():
    known = Known([KEY], {KEY: LOOKED_AT}, reported={KEY: NOW})
    assert not decide(seen((QUICKLY,)), known, most=5).requests


def test_a_first_look_is_for_films_of_which_nothing_was_made():
    """A daemon that died between the partition and the run asks for a first look again; a cut history does not."""
    [request] = decide(seen((QUICKLY,)), Known([KEY], nothing_made=True), most=5).requests
    assert request.quick
    [request] = decide(seen((QUICKLY,)), Known([KEY]), most=5).requests
    assert not request.quick


def test_a_film_whose_partition_was_deleted_is_new_again():
    decision = decide(seen((A,)), Known([], {KEY: asked(number=2)}, reported={KEY: NOW}), most=5)
    assert decision.new_keys == (KEY,) and decision.requests[0].number == 3


def test_the_bound_is_kept_and_told():
    films = tuple(film(f"{n}.mp4", f"{n:x}") for n in range(10))
    decision = decide(seen(films), Known(), most=3)
    assert [r.ready for r in decision.requests] == list(films[:3]) and decision.more == 7
    assert "3 films to process: 0.mp4; 1.mp4; 2.mp4" in decision.summary and "7 more" in decision.summary


def test_the_summary_names_what_is_wrong():
    shown = seen((), ("w.mp4: still being written",), ("e.mp4: is empty",), ("match.zip",))
    assert decide(shown, Known(), most=3).summary == (
        "0 films in hand; 1 waiting: w.mp4: still being written; 1 problem: e.mp4: is empty; "
        "1 file not named like a film: match.zip."
    )


def test_a_run_key_of_somebody_else_is_not_ours():
    for text in ("", "a", "a:b", "a:b:c:d", "a:1:b", "a:1:b:c:d", "a:1:b:c:quick:d"):
        assert parse_run_key(text) is None, text


events = st.lists(
    st.one_of(
        st.tuples(st.just("upload"), st.integers(0, 5)),
        st.tuples(st.just("sidecar"), st.integers(0, 5), st.sampled_from(["p", "q"]), st.sampled_from([None, "quick"])),
        st.tuples(st.just("tick"), st.integers(0, 6), st.booleans()),
    ),
    max_size=40,
)


@rules(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine is no fault
@given(events)
def test_whatever_happens_each_film_ends_with_one_run_of_its_last_sidecar(history: list[tuple]):
    """Uploads and sidecars come in any order; a daemon stores the keys and then any number of the runs."""
    films: dict[int, ReadyUpload] = {}
    known, run_keys, quick = Known(nothing_made=True), [], Counter()

    def tick(survive: int) -> int:
        decision = decide(seen(tuple(films.values())), known, most=3)
        known.partitions += decision.new_keys
        for request in decision.requests[:survive]:
            run_keys.append(request.run_key)
            known.asked[request.key] = parse_run_key(request.run_key)[1]
            quick.update([request.key] if request.quick else [])
        return len(decision.requests)

    for kind, *rest in history:
        if kind == "upload":
            films.setdefault(rest[0], film(f"{rest[0]}.mp4", str(rest[0])))
        elif kind == "sidecar" and rest[0] in films:
            films[rest[0]] = film(f"{rest[0]}.mp4", str(rest[0]), SidecarState(rest[1], rest[1], analysis=rest[2]))
        elif kind == "tick":
            tick(rest[0])
    for _ in range(10):
        tick(3)
    assert tick(3) == 0
    assert len(run_keys) == len(set(run_keys)) and len(known.partitions) == len(set(known.partitions)) == len(films)
    for upload in films.values():
        last = known.asked[VIDEOS.key_of(upload.upload.name, upload.fingerprint)]
        assert last.sidecar == upload.sidecar.fingerprint and not last.quick
    assert all(times == 1 for times in quick.values())


def test_a_sidecar_changed_back_is_requested_only_after_the_change_came_to_nothing():
    bad = said("bad0123")
    known = Known([KEY], {KEY: asked(bad)}, {KEY: NOW})
    assert not decide(seen((A,)), known, most=5).requests, "the run that was asked for read the right one"
    known.failed = {KEY}
    [request] = decide(seen((A,)), known, most=5).requests
    assert request.assets == SOME and request.number == 2
