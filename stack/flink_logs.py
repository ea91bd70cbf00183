"""What Flink's processes log, and where to: Log4j's configuration."""

from __future__ import annotations

FILE_LOG = """\
rootLogger.level = INFO
rootLogger.appenderRef.file.ref = file
appender.file.name = file
appender.file.type = RollingFile
appender.file.fileName = ${{sys:log.file}}
appender.file.filePattern = ${{sys:log.file}}.%i
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{{ISO8601}} %-5p %c{{1}} - %m%n
appender.file.policies.type = Policies
appender.file.policies.size.type = SizeBasedTriggeringPolicy
appender.file.policies.size.size = {megabytes}MB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = {backups}
"""

METRICS = """\
# every committer registers one metric again at every checkpoint, with a warning each time
logger.metrics.name = org.apache.flink.metrics.MetricGroup
logger.metrics.level = ERROR
"""

CONSOLE_LOG = """\
rootLogger.level = WARN
rootLogger.appenderRef.console.ref = console
appender.console.name = console
appender.console.type = CONSOLE
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %-5p %c{1} - %m%n
"""

QUIET = (
    "org.apache.kafka",
    "org.apache.flink.kafka",
    "org.apache.flink.shaded",
    "org.apache.zookeeper",
    "org.apache.pekko",
)


def file_log(megabytes: int, backups: int) -> str:
    """Of the long-running processes: into the file that the system property `log.file` names."""
    return FILE_LOG.format(megabytes=megabytes, backups=backups) + METRICS + _quiet()


def container_log() -> str:
    """Of a container: everything to its standard output, which the engine keeps and rotates."""
    return CONSOLE_LOG.replace("rootLogger.level = WARN", "rootLogger.level = INFO") + METRICS + _quiet()


def _quiet() -> str:
    return "".join(
        f"logger.q{number}.name = {name}\nlogger.q{number}.level = WARN\n"
        for number, name in enumerate(QUIET)
    )
