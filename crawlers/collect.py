"""One crawl, as a process of its own: `python -m crawlers.collect JOB.json`.

The job is a JSON object: run_id, shard, registry (path), portals (ids; empty or absent for all), archive (root), out
(folder), contact, and optionally archive_staging (folder, for an archive that is no folder), mode (`nightly`,
`backfill` or `probe`), for a backfill the years of the reports it looks for (from_year, to_year, both included), and
the time limit of one request (timeout_s). It writes the archive, and `portals.jsonl` in `out`; on stdout it prints one
JSON object an event, on stderr the log, whose last line is the reason if the crawl failed. Exit code 0 when the crawl
worked, whatever the portals did; 1 when it failed; 2 when the job cannot be understood.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import resource
import signal
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from crawlers.lists import Mode
from crawlers.parent import die_with_parent


class CrawlFailedError(Exception):
    """The crawl itself failed."""

    exit_code = 1


class BadJobError(Exception):
    """The job cannot be understood."""

    exit_code = 2


class Job(BaseModel):
    """What a crawl is told."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    run_id: str
    shard: str
    registry: Path
    archive: str
    archive_staging: Path | None = None
    out: Path
    contact: str
    portals: tuple[str, ...] = ()
    mode: Mode = "nightly"
    from_year: int | None = None
    to_year: int | None = None
    timeout_s: float = 60.0


def user_agent(contact: str) -> str:
    """Return the name by which the crawler calls itself to every host."""
    return f"Fazhi/{version('fazhi')} (+{contact})"


def read_job(path: str) -> Job:
    """Read a job file; raises BadJobError."""
    try:
        return Job.model_validate_json(Path(path).read_bytes())
    except OSError as error:
        raise BadJobError(f"The job {path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise BadJobError(f"The job {path} cannot be used: {where or 'it'}: {fault['msg']}.") from error


def allow_many_connections() -> None:
    """Raise the limit of open files to what the system allows: a connection to each of many hosts may be open."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def settings_for(job: Job, open_writer: Callable[[], Any], private_names: list[str]) -> dict[str, Any]:
    """Return Scrapy's settings: what Fetcher does itself (robots, redirects, retries, unpacking) is off there."""
    built_in = "scrapy.downloadermiddlewares."
    off = (
        "offsite.OffsiteMiddleware",
        "robotstxt.RobotsTxtMiddleware",
        "retry.RetryMiddleware",
        "redirect.MetaRefreshMiddleware",
        "redirect.RedirectMiddleware",
        "httpcompression.HttpCompressionMiddleware",
        "httpproxy.HttpProxyMiddleware",
        "httpcache.HttpCacheMiddleware",
    )
    return {
        "USER_AGENT": user_agent(job.contact),
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": "zh-CN,zh;q=0.9",
            "Accept-Encoding": "gzip, deflate",
        },
        "EXTENSIONS": {"crawlers.archive.recorder.Recorder": 0},
        "DOWNLOAD_HANDLERS": {
            "http": "crawlers.archive.recorder.RecordingHandler",
            "https": "crawlers.archive.recorder.RecordingHandler",
            "ftp": None,
            "s3": None,
            "file": None,
            "data": None,
        },
        "DOWNLOADER_MIDDLEWARES": {built_in + name: None for name in off},
        "ARCHIVE_WRITER": open_writer,
        "DOWNLOAD_FAIL_ON_DATALOSS": False,
        "DOWNLOAD_DELAY": 0,  # Turns keeps the pauses, for retries and robots.txt too
        "DOWNLOAD_DELAY_JITTER": 0,
        "CONCURRENT_REQUESTS": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_TIMEOUT": job.timeout_s,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "TWISTED_DNS_RESOLVER": "crawlers.safety.PublicResolver",
        "PRIVATE_NAMES": private_names,
        "COOKIES_ENABLED": True,
        "ROBOTSTXT_OBEY": True,
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_LEVEL": "INFO",
        "LOGSTATS_INTERVAL": 0,
    }


def say(event: dict[str, Any]) -> None:
    """Print one event; a reader that went away ends the crawl as SIGTERM would."""
    try:
        print(json.dumps(event, ensure_ascii=False), flush=True)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - stays open to the end
        os.kill(os.getpid(), signal.SIGTERM)


def run(job: Job) -> None:
    """Run a crawl to its end; raises CrawlFailedError, or the error of a registry or archive that cannot be used."""
    from scrapy.crawler import AsyncCrawlerProcess

    from crawlers.archive.originals import Originals
    from crawlers.archive.store import Store
    from crawlers.archive.writer import ArchiveWriter
    from crawlers.candidates import EVERY_YEAR, Years
    from crawlers.judging import CrawlJudge
    from crawlers.memory import Memory
    from crawlers.portals import load_registry, names_private_place
    from crawlers.spiders.portal import PortalSpider

    registry = load_registry(job.registry)
    if job.portals:
        registry = registry.select(job.portals)
    ids = [portal.id for portal in registry]
    if not ids:
        raise CrawlFailedError(f"The registry {job.registry} has no portals.")
    store = Store(job.archive, staging=job.archive_staging)
    memory = Memory.read(store, ids)
    judge = CrawlJudge({portal.id: portal for portal in registry})

    def open_writer() -> ArchiveWriter:
        return ArchiveWriter(
            store,
            run_id=job.run_id,
            shard=job.shard,
            operator=user_agent(job.contact),
            contact=job.contact,
            judge=judge,
            originals=Originals.of(store, memory.past.bodies()),
        )

    job.out.mkdir(parents=True, exist_ok=True)
    private = sorted({portal.shard_host for portal in registry if names_private_place(portal.base_url)})
    process = AsyncCrawlerProcess(settings_for(job, open_writer, private))
    logging.getLogger("scrapy").setLevel(logging.WARNING)
    crawler = process.create_crawler(PortalSpider)
    say({"event": "started", "run_id": job.run_id, "shard": job.shard, "portals": len(ids)})
    process.crawl(
        crawler,
        run_id=job.run_id,
        shard=job.shard,
        registry=registry,
        memory=memory,
        judge=judge,
        logs=store.staging,
        out=job.out,
        mode=job.mode,
        years=Years(job.from_year, job.to_year) if job.mode == "backfill" else EVERY_YEAR,
        agent=user_agent(job.contact),
        timeout_s=job.timeout_s,
        say=say,
    )
    process.start()
    if process.bootstrap_failed:
        raise CrawlFailedError("The crawl could not be set up; the log above says which part failed.")
    spider = crawler.spider
    assert isinstance(spider, PortalSpider)
    requests = crawler.stats.get_value("downloader/request_count", 0) if crawler.stats else 0
    if spider.faults:
        raise spider.faults[0]
    recorder = crawler.get_extension(_recorder_class())
    if recorder is not None and recorder.failure is not None:
        raise CrawlFailedError(str(recorder.failure)) from recorder.failure
    if spider.unfinished:
        left = ", ".join(sorted(spider.unfinished)[:5])
        raise CrawlFailedError(
            f"The crawl was stopped before {len(spider.unfinished)} of {len(ids)} portals were done ({left}); "
            "what was fetched is in the archive and the next run goes on from there."
        )
    if not requests and spider.left_alone < len(ids):
        raise CrawlFailedError("The crawl ended without a single request.")
    say({"event": "finished", "run_id": job.run_id, "shard": job.shard, "requests": requests})


def _recorder_class() -> Any:
    from crawlers.archive.recorder import Recorder

    return Recorder


def main(arguments: list[str]) -> int:
    """Run the job that the first argument names; returns the exit code."""
    if len(arguments) != 1:
        print("Usage: python -m crawlers.collect JOB.json", file=sys.stderr)
        return 2
    die_with_parent()
    allow_many_connections()
    try:
        run(read_job(arguments[0]))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        print(f"The disk is full ({error.filename or 'the archive'}); free some space and run again.", file=sys.stderr)
        return 1
    except Exception as error:
        code = getattr(type(error), "exit_code", None)
        if code is None:
            raise
        print(str(error), file=sys.stderr)
        return int(code)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
