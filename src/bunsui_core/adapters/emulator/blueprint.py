"""A small pipeline for a scene, out of a few functions and a machine a job. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bunsui_core.adapters.emulator import templates
from bunsui_core.domain.pipeline import Job, Pipeline, SideEffect
from bunsui_core.domain.value import Json


@dataclass(frozen=True)
class Part:
    """One job; `${count_lines}` in its definition stands for the function of that module.

    Its machine can be entered at any state unless it is not ours: `enters`.
    """

    job: str
    definition: Json
    after: tuple[str, ...] = ()
    effect: SideEffect = SideEffect.IDEMPOTENT
    enters: bool = True


@dataclass(frozen=True)
class Blueprint:
    """The jobs, the functions by module with their further properties, and what these may do.

    `beside` are other resources; `${Name}` in a job's definition stands for what Ref gives of one.
    """

    name: str
    parts: tuple[Part, ...]
    functions: Mapping[str, Mapping[str, Json]]
    allowed: tuple[Json, ...] = field(default=())
    beside: Mapping[str, Json] = field(default_factory=dict)

    @property
    def bucket(self) -> str:
        """The bucket that the pipeline works in."""
        return f"bunsui-{self.name}"

    def url(self, key: str) -> str:
        """Return the address of an object in the pipeline's bucket."""
        return f"s3://{self.bucket}/{key}"

    def function(self, module: str) -> str:
        """Return the name of the function made of a module."""
        return f"{self.name}-{module.replace('_', '-')}"

    def template(self) -> str:
        """Return the CloudFormation template, as JSON."""
        resources: dict[str, Json] = {
            "Bucket": templates.bucket(self.bucket),
            "FunctionRole": templates.function_role(*self.allowed),
            "MachineRole": templates.machine_role(),
            **self.beside,
        }
        for module, more in self.functions.items():
            name = self.function(module)
            resources[_logical(module)] = templates.function(name, module, more)
        known = {module: templates.arn(_logical(module)) for module in self.functions}
        known |= {name: templates.ref(name) for name in self.beside}
        outputs: dict[str, Json] = {}
        for number, part in enumerate(self.parts, start=1):
            name = f"{self.name}-{part.job}"
            make = templates.entered_machine if part.enters else templates.machine
            resources[f"Machine{number}"] = make(name, part.definition, known)
            outputs[f"Machine{number}"] = templates.ref(f"Machine{number}")
        return templates.template(resources, outputs)

    def pipeline(self, outputs: Mapping[str, str]) -> Pipeline:
        """Return the pipeline out of what its stack gave out."""
        return Pipeline(
            name=self.name,
            jobs=tuple(
                Job(
                    name=part.job,
                    machine=outputs[f"Machine{number}"],
                    after=part.after,
                    effect=part.effect,
                    enters=part.enters,
                )
                for number, part in enumerate(self.parts, start=1)
            ),
        )


def chain(*states: tuple[str, dict[str, Json]]) -> Json:
    """Return the definition of a machine that runs these states one after the other."""
    names = [name for name, _ in states]
    following = [{"Next": name} for name in names[1:]] + [{"End": True}]
    bodies: dict[str, Json] = {}
    for (name, state), after in zip(states, following, strict=True):
        body = {key: value for key, value in state.items() if key not in ("Next", "End")}
        bodies[name] = {**body, **after}
    return {"StartAt": names[0], "States": bodies}


def call(module: str, payload: Json, **more: Json) -> dict[str, Json]:
    """Return a Task that calls the function of a module; what it returns is the output."""
    return templates.invoke(f"${{{module}}}", payload, OutputPath="$.Payload", **more)


def note(module: str, payload: Json, name: str, **more: Json) -> dict[str, Json]:
    """Return a Task that adds what the function of a module returns to its input, by a name."""
    kept: dict[str, Json] = {f"{name}.$": "$.Payload"}
    path = f"$.{name}"
    return templates.invoke(f"${{{module}}}", payload, ResultSelector=kept, ResultPath=path, **more)


def named(base: str, seed: int) -> str:
    """Return a pipeline's name for a seed; the first seed has the plain one."""
    return base if seed == 1 else f"{base}-{seed}"


def reads(bucket: str) -> tuple[Json, ...]:
    """Return the statements by which a function reads a bucket and hears what is not in it."""
    place = f"arn:aws:s3:::{bucket}"
    return (
        templates.allow(["s3:GetObject"], f"{place}/*"),
        # Without it S3 answers AccessDenied, not NoSuchKey, for an object that is not there.
        templates.allow(["s3:ListBucket"], place),
    )


def stores(bucket: str) -> tuple[Json, ...]:
    """Return the statements by which a function reads a bucket and writes into it."""
    return (*reads(bucket), templates.allow(["s3:PutObject"], f"arn:aws:s3:::{bucket}/*"))


def _logical(module: str) -> str:
    return "".join(word.capitalize() for word in module.split("_"))
