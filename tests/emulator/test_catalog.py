"""The list of scenes: what each seed makes of them."""

from __future__ import annotations

import json

import pytest

from bunsui_core.adapters.emulator.scenes import catalog, code_bug
from bunsui_core.adapters.emulator.scenes.play import Play
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.session import SessionStatus

SEEDS = range(1, 21)
LONGEST_TEMPLATE = 51_200


def pipeline_of(play: Play) -> Pipeline:
    """The pipeline as it is when each machine's output is its own name."""
    outputs = json.loads(play.template())["Outputs"]
    return play.pipeline({name: f"arn:{name}" for name in outputs})


def test_every_seed_has_the_same_scenes() -> None:
    names = [[play.scene.name for play in catalog.plays(seed)] for seed in SEEDS]

    assert all(one == names[0] for one in names)
    assert len(set(names[0])) == len(names[0]) >= 18


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_seed_gives_the_same_scenes(seed: int) -> None:
    first, again = catalog.plays(seed), catalog.plays(seed)

    assert [play.scene for play in first] == [play.scene for play in again]
    assert [play.template() for play in first] == [play.template() for play in again]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_template_can_be_sent_as_it_is_and_gives_a_pipeline_with_the_failing_job(
    seed: int,
) -> None:
    for play in catalog.plays(seed):
        pipeline = pipeline_of(play)
        assert len(play.template()) < LONGEST_TEMPLATE
        assert pipeline.name == play.scene.pipeline
        assert play.scene.failing is None or pipeline.find(play.scene.failing)


def test_scenes_of_one_pipeline_share_their_template() -> None:
    templates: dict[str, set[str]] = {}
    for play in catalog.plays(3):
        templates.setdefault(play.scene.pipeline, set()).add(play.template())

    assert {len(texts) for texts in templates.values()} == {1}


def test_two_seeds_share_no_pipeline() -> None:
    first, second = ({p.scene.pipeline for p in catalog.plays(seed)} for seed in (1, 2))

    assert not first & second


def test_values_vary_with_the_seed() -> None:
    for name in ("timeout", "out-of-memory", "missing-permission", "missing-object", "code-bug"):
        plays = [catalog.chosen(seed, name)[0] for seed in SEEDS]
        assert len({play.scene.failing for play in plays}) > 1, name


def test_a_scene_does_not_recover_only_where_a_human_says_no() -> None:
    unhelped = [
        play.scene.name
        for play in catalog.plays(1)
        if play.scene.end.status is SessionStatus.FAILED
    ]

    assert unhelped == ["rejected", "double-write"]


def test_no_name_means_the_first_four() -> None:
    names = [play.scene.name for play in catalog.chosen(1, None)]

    assert names == ["healthy", "throttled", "malformed-row", "rejected"]


@pytest.mark.parametrize("name", ["malformed-row", "malformed_row", " Malformed-Row "])
def test_a_scene_is_found_by_its_name(name: str) -> None:
    (play,) = catalog.chosen(1, name)

    assert play.scene.name == "malformed-row"


def test_all_means_every_scene() -> None:
    assert len(catalog.chosen(1, "all")) == len(catalog.plays(1))


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match="double-write") as refusal:
        catalog.chosen(1, "volcano")

    assert "there is no scene volcano" in refusal.value.message


@pytest.mark.parametrize("bug", code_bug.BUGS)
def test_a_release_with_a_bug_differs_from_the_good_one_in_one_place(bug: code_bug.Bug) -> None:
    compile(bug.code, "index.py", "exec")

    assert bug.wrong in bug.code
    assert bug.right not in bug.code
