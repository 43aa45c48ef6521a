"""``mingan``: one command for everything a box does.

Every error a person can mend is one line — where, what, what to do — and exit code 2.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from models.manifest import ManifestError
from pipeline.core.errors import MinganError
from pipeline.exam_cli import exam_app
from pipeline.holds_cli import holds_app
from pipeline.outbox_cli import outbox_app
from pipeline.recorder_cli import recorder_app
from pipeline.recordings_cli import recordings_app
from pipeline.upgrade_cli import upgrade_app

app = typer.Typer(
    name="mingan",
    help="Mingan 明安: from school cameras to checked facts.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
config_app = typer.Typer(help="Check configuration files.", no_args_is_help=True)
models_app = typer.Typer(help="See and verify the models.", no_args_is_help=True)
rules_app = typer.Typer(help="See the rules.", no_args_is_help=True)
camera_app = typer.Typer(help="Look at a camera.", no_args_is_help=True)
worker_app = typer.Typer(
    help="Watch the cameras of a box and report to the command centre, until stopped."
)
app.add_typer(worker_app, name="worker")
audit_app = typer.Typer(help="Prove the command centre's access log.", no_args_is_help=True)
app.add_typer(config_app, name="config")
app.add_typer(audit_app, name="audit")
app.add_typer(models_app, name="models")
app.add_typer(rules_app, name="rules")
app.add_typer(camera_app, name="camera")
recordings_app.add_typer(holds_app, name="hold")
app.add_typer(recordings_app, name="recordings")
app.add_typer(recorder_app, name="recorder")
app.add_typer(outbox_app, name="outbox")
app.add_typer(exam_app, name="exam")
app.add_typer(upgrade_app, name="upgrade")


_MAX_PROCESSES = 64


class ReportLanguage(StrEnum):
    """Language of a report."""

    ZH = "zh"
    EN = "en"


class OnOff(StrEnum):
    """A switch."""

    ON = "on"
    OFF = "off"


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def api(context: typer.Context) -> None:
    """Start the command centre: API and console (`mingan api --help`)."""
    arguments = context.args or ["serve"]
    if arguments[0].startswith("-"):
        arguments = ["serve", *arguments]
    os.execv(sys.executable, [sys.executable, "-m", "api", *arguments])  # noqa: S606


@audit_app.command(
    "verify",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def verify_audit(context: typer.Context) -> None:
    """Whether the access log is what was written (`mingan audit verify --help`)."""
    _command_centre("audit-verify", context)


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def backup(context: typer.Context) -> None:
    """Write a command centre's database, evidence and keys into one file."""
    _command_centre("backup", context)


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def restore(context: typer.Context) -> None:
    """Make a new data folder of a backup (`mingan restore --help`)."""
    _command_centre("restore", context)


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def demo(context: typer.Context) -> None:
    """A made-up district for trying: seed, live, remove (`mingan demo --help`)."""
    arguments = context.args or ["--help"]
    os.execv(sys.executable, [sys.executable, "-m", "api.demo", *arguments])  # noqa: S606


def _command_centre(command: str, context: typer.Context) -> None:
    arguments = [sys.executable, "-m", "api", command, *context.args]
    os.execv(sys.executable, arguments)  # noqa: S606


@app.command(
    "eval",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def evaluate(context: typer.Context) -> None:
    """Measure models and rules on labelled pictures and recordings (`mingan eval --help`)."""
    arguments = context.args or ["--help"]
    os.execv(sys.executable, [sys.executable, "-m", "models.eval", *arguments])  # noqa: S606


@worker_app.callback(invoke_without_command=True)
def worker(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option(help="The box's configuration, as configs/box.yaml.")
    ] = None,
    processes: Annotated[
        str,
        typer.Option(help="How many analyse, or auto: one a core; the configuration's otherwise."),
    ] = "",
    part: Annotated[str, typer.Option(hidden=True)] = "",
) -> None:
    """Watch the cameras of a box and report to the command centre, until stopped.

    A changed configuration is followed while it runs, at once on SIGHUP.
    """
    if context.invoked_subcommand is not None:
        return
    from pipeline.runtime.logs import set_up_logs
    from pipeline.runtime.worker_process import run_part, run_worker

    set_up_logs(process=part)
    if part:
        run_part(part)
        return
    if config is None:
        raise typer.BadParameter("name the box's configuration", param_hint="--config")
    run_worker(config, _processes(processes))


@worker_app.command("enroll")
def worker_enroll(
    url: Annotated[str, typer.Argument(help="The command centre, as https://mingan.example.")],
    code: Annotated[str, typer.Argument(help="The one-time code an administrator was given.")],
    config: Annotated[Path, typer.Option(help="The box's configuration, as configs/box.yaml.")],
) -> None:
    """Make this machine a box of a school; its token is kept in the box's data_dir."""
    from pipeline.runtime.config import load_box
    from pipeline.runtime.enrolment import enroll

    box = load_box(config)
    known = enroll(url, code, box.data_dir, box.api.ca_file)
    typer.echo(f"{known.box_name}: {known.school_name} ({known.school_id}), {known.url}")


@worker_app.command("fingerprint")
def worker_fingerprint(
    config: Annotated[Path, typer.Option(help="The box's configuration, as configs/box.yaml.")],
) -> None:
    """Say which key credentials are sealed to, to compare it before the console allows it."""
    from pipeline.runtime.box_key import known_fingerprint
    from pipeline.runtime.config import load_box

    typer.echo(known_fingerprint(load_box(config).data_dir))


@app.command()
def analyze(
    videos: Annotated[list[Path], typer.Argument(help="Recordings; any format FFmpeg reads.")],
    config: Annotated[
        Path | None,
        typer.Option(
            help="What to look for, as configs/examples/*.yaml; or rules alone, as configs/rules."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for alerts.jsonl, report.html and videos.")
    ] = None,
    start: Annotated[
        datetime | None,
        typer.Option(help="When the recording began (school's time); lets schedules apply."),
    ] = None,
    lang: Annotated[ReportLanguage, typer.Option(help="Language of the report.")] = (
        ReportLanguage.ZH
    ),
    annotate: Annotated[bool, typer.Option(help="Write an annotated video of each.")] = True,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads of the model.")] = 1,
    gate: Annotated[
        OnOff | None,
        typer.Option(help="Decode only while something moves; the configuration's if not given."),
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(
            help="alerts.jsonl of an earlier run to compare with; with another alerts.jsonl in "
            "place of recordings, nothing is analysed."
        ),
    ] = None,
) -> None:
    """Analyse recordings offline, as fast as the machine; the same input gives the same alerts."""
    from pipeline.studio.command import analyse_all, compare_files
    from pipeline.video.gate import GateConfig

    if compare is not None and [path.suffix.lower() for path in videos] == [".jsonl"]:
        compare_files(compare, videos[0], Console(soft_wrap=True))
        return
    if config is None or out is None:
        raise typer.BadParameter("to analyse recordings give --config and --out")
    modes = {OnOff.ON: GateConfig(), OnOff.OFF: GateConfig(mode="always")}
    analyse_all(
        videos,
        config,
        out,
        start=start,
        language=lang.value,
        annotate=annotate,
        threads=threads,
        gate=modes[gate] if gate else None,
        compare_with=compare,
        console=Console(stderr=True),
    )


@config_app.command("check")
def config_check(
    files: Annotated[
        list[Path],
        typer.Argument(help="Configurations of a box or an analysis, rules, or profiles."),
    ],
) -> None:
    """Check configuration files: keys, zones, schedules, models and their classes.

    Of a compliance profile (configs/compliance) every requirement is told, with its source and
    whether that was read.
    """
    from pipeline.runtime.check import check_config

    for file in files:
        typer.echo(f"{file}: {check_config(file)}")


@rules_app.command("list")
def rules_list(
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON list: rule, zh, en, risk, state, wants, …")
    ] = False,
) -> None:
    """All rules: whether the models at hand suffice, or which class is wanted.

    In brackets stands `ready`; `off` with what an administrator has to write first; or
    `needs_model` with the class or attribute that no model gives. `more_models` is what a camera
    has to name beside the rule. Examples to copy: configs/rules; ready-made sets:
    configs/rules/sets.
    """
    from pipeline.runtime.rule_readiness import describe_rules, rules_json

    if as_json:
        typer.echo(rules_json())
        return
    for line in describe_rules():
        typer.echo(line)


@rules_app.command("preview")
def rules_preview(
    config: Annotated[Path, typer.Option(help="A box's configuration with the changed rules.")],
    camera: Annotated[str, typer.Option(help="The camera's id.")],
    data_dir: Annotated[
        Path | None, typer.Option(help="Where the box keeps its data; the configuration's if none.")
    ] = None,
    hours: Annotated[int, typer.Option(min=1, max=24, help="How far back.")] = 24,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """What rules and zones of a camera would have raised in its last hours.

    The box keeps a day of what it followed, without pictures, and judges it again. What it did
    not look for then is `not analysed`, never no alerts. Nothing is changed.
    """
    from pipeline.runtime.preview_words import preview_camera

    for line in preview_camera(config, camera, data_dir, hours, as_json=as_json):
        typer.echo(line)


@models_app.command("list")
def models_list() -> None:
    """All models with their licence and whether their weights are intact."""
    from pipeline.runtime.check import describe_models

    for line in describe_models():
        typer.echo(line)


@models_app.command("verify")
def models_verify(
    ids: Annotated[list[str] | None, typer.Argument(help="Models; all when none is named.")] = None,
) -> None:
    """Check the weights' hashes and run each model once."""
    from pipeline.runtime.check import verify_models

    for line in verify_models(ids or []):
        typer.echo(line)


@models_app.command(
    "import", context_settings={"allow_extra_args": True, "ignore_unknown_options": False}
)
def models_import(
    context: typer.Context,
    weights: Annotated[Path, typer.Argument(help="An ONNX file.")],
    family: Annotated[
        str,
        typer.Option(help="yolov8, yolov11, yolo26, yolox, rtdetr, rfdetr or classifier."),
    ],
    classes: Annotated[
        list[str] | None,
        typer.Option(help="Names in the weights' order, or a file; the weights' own otherwise."),
    ] = None,
    model_id: Annotated[str, typer.Option("--id", help="The file's name otherwise.")] = "",
    licence: Annotated[str, typer.Option(help="Of the weights, as Apache-2.0.")] = "unknown",
    size: Annotated[
        str, typer.Option("--input-size", metavar="W[xH]", help="Where the weights take any.")
    ] = "",
    score: Annotated[float, typer.Option(help="Least score of a box or an answer.")] = 0.25,
    picture: Annotated[Path | None, typer.Option(help="Run on this picture as well.")] = None,
    registry: Annotated[
        Path | None, typer.Option(help="Folder of imported models, if not the usual one.")
    ] = None,
) -> None:
    """Check an ONNX file, run it, and make it a model of this box."""
    from pipeline.runtime.model_import import Wanted, import_model, parse_size

    named = (*(classes or ()), *context.args)
    wanted = Wanted(
        weights, family, named, model_id, licence, parse_size(size), score, picture, registry
    )
    for line in import_model(wanted):
        typer.echo(line)


@models_app.command(
    "export",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def models_export(context: typer.Context) -> None:
    """Turn Ultralytics weights into ONNX (`mingan models export --help`)."""
    arguments = context.args or ["--help"]
    os.execv(sys.executable, [sys.executable, "-m", "models.export", *arguments])  # noqa: S606


@camera_app.command("probe")
def camera_probe(
    url: Annotated[str, typer.Argument(help="rtsp://… without password, or a file.")],
    username: Annotated[str | None, typer.Option(help="The camera's user.")] = None,
    password_env: Annotated[
        str | None, typer.Option(help="Environment variable that holds the password.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=1, max=60, help="How long to measure.")] = 5.0,
    snapshot: Annotated[Path, typer.Option(help="Where to write a picture.")] = Path("probe.jpg"),
) -> None:
    """Measure a camera: codec, size, frames a second, GOP, bit rate; and take a picture."""
    from pipeline.runtime.check import probe_camera

    for line in probe_camera(url, username, password_env, seconds, snapshot):
        typer.echo(line)


@camera_app.command("find")
def camera_find(
    addresses: Annotated[
        list[str] | None,
        typer.Argument(help="hikvision://host, dahua://…, rtsp://host/path …, without password."),
    ] = None,
    network: Annotated[
        list[str] | None, typer.Option(help="As 192.168.1.0/24; may be given more than once.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="A box's, for the networks and accounts of `discovery`.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(help="One of the configuration's; without --config a user.")
    ] = None,
    password_env: Annotated[
        str, typer.Option(help="Environment variable that holds that user's password.")
    ] = "MINGAN_CAMERA_PASSWORD",  # noqa: S107 -- the name of a variable
    seconds: Annotated[int, typer.Option(min=10, max=900, help="How long at most.")] = 300,
    pictures: Annotated[Path | None, typer.Option(help="Folder for a coarse picture each.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Find the cameras of networks and addresses, measure each, and print it as ready YAML.

    Makers: onvif, hikvision, dahua, uniview, tplink, reolink, rtsp. One login is tried at each
    device, never more. Exit code 3: not everything was asked in time, or nothing was found.
    """
    from pipeline.core.clock import SystemClock
    from pipeline.runtime import camera_find as finding

    question = finding.FindQuestion(
        addresses or (), network or (), config, account, password_env, seconds, pictures
    )
    ask = _ask_password if sys.stdin.isatty() else None
    with Console(stderr=True).status("", spinner="dots") as waiting:
        found = finding.find_cameras(
            question,
            SystemClock(),
            lambda done, total: waiting.update(f"{done} of {total} devices"),
            ask=ask,
        )
    if as_json:
        typer.echo(finding.as_json(found))
    else:
        for line in finding.described(found):
            typer.echo(line)
    if not found.cameras or not found.is_whole:
        raise typer.Exit(3)


def _ask_password(user: str) -> str:
    return str(typer.prompt(f"password of {user}", hide_input=True, err=True))


def _processes(given: str) -> int | str | None:
    if not given or given == "auto":
        return given or None
    if given.isdecimal() and 1 <= int(given) <= _MAX_PROCESSES:
        return int(given)
    raise typer.BadParameter(f"write 1 to {_MAX_PROCESSES}, or auto", param_hint="--processes")


def main() -> None:
    """Run the command line."""
    try:
        app()
    except MinganError as error:
        typer.echo(f"error: {error.line()}", err=True)
        raise SystemExit(error.exit_code) from None
    except ManifestError as error:
        typer.echo(f"error: {error}", err=True)
        raise SystemExit(2) from None
    except BrokenPipeError:
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
