"""The programs that the job is compared with: whether they are there, and how they are called."""

import os
import pathlib
import shutil
import subprocess
import threading
import time

import measure

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = "/usr/bin/python3"


class Peer:
    """`slow`: gets fewer rounds. Commands are those of the scripts in peers/."""

    slow = False
    adds = False  # can keep a database and take in a release

    def __init__(self, name, words, work, env=None):
        self.name, self.words, self.work, self.env = name, words, work / name, env or {}

    def version(self):
        """None where it is not installed."""
        try:
            return measure.run([*self.words, "version"], env=self.env)["text"]
        except (measure.Failed, OSError):
            return None

    def prepare(self):
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)

    def arguments(self, cores):
        return [str(cores)]

    def run(self, command, cores):
        return measure.run([*self.words, *command], cores, self.env)

    def all(self, path, out, cores):
        self.prepare()
        return self.run(["all", path, out, *self.arguments(cores)], cores)

    def close(self):
        shutil.rmtree(self.work, ignore_errors=True)


class DuckDB(Peer):
    adds = True

    def keep(self, path, cores):
        self.prepare()
        self.run(["keep", path, self.work / "kept.duckdb", str(cores)], cores)
        shutil.copy(self.work / "kept.duckdb", self.work / "copy.duckdb")

    def add(self, path, out, cores):
        """Each round begins with the same database."""
        shutil.copy(self.work / "copy.duckdb", self.work / "kept.duckdb")
        return self.run(["add", path, self.work / "kept.duckdb", out, str(cores)], cores)

    def json(self, path, cores):
        return self.run(["json", path, str(cores)], cores)


class ClickHouse(Peer):
    def arguments(self, cores):
        return [str(cores), str(self.work / "data")]


class Polars(Peer):
    def arguments(self, cores):
        return []

    def run(self, command, cores):
        return measure.run([*self.words, *command], cores, dict(self.env, POLARS_MAX_THREADS=str(cores)))


class Pandas(Peer):
    slow = True

    def arguments(self, cores):
        return []


class SQLite(Peer):
    slow = adds = True

    def arguments(self, cores):
        return [str(self.work)]

    def keep(self, path, cores):
        self.prepare()
        self.run(["keep", path, self.work / "copy.sqlite"], cores)

    def add(self, path, out, cores):
        for name in ("kept.sqlite-wal", "kept.sqlite-shm"):
            (self.work / name).unlink(missing_ok=True)
        shutil.copy(self.work / "copy.sqlite", self.work / "kept.sqlite")
        return self.run(["add", path, self.work / "kept.sqlite", out], cores)


class Sampler(threading.Thread):
    """The most memory that a server and its children held."""

    def __init__(self, root):
        super().__init__(daemon=True)
        self.root, self.peak, self.ended = root, 0, threading.Event()

    def run(self):
        while not self.ended.wait(0.1):
            self.peak = max(self.peak, measure.memory_of(self.root))


class PostgreSQL(Peer):
    """A server of our own, below the work directory, on a socket there; it refuses to run as root, so as root it runs as its package's user."""

    slow = adds = True
    server = None

    def programs(self):
        versions = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"))
        return versions[-1].parent if versions else None

    def version(self):
        if self.programs() is None:
            return None
        return measure.run([self.programs() / "postgres", "--version"])["text"].replace("postgres (PostgreSQL)", "PostgreSQL").split(" (")[0]

    def as_user(self, *command):
        prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        return [*prefix, *map(str, command)]

    def begin(self, cores):
        self.prepare()
        # A short path: a socket's may have 107 letters.
        self.socket = pathlib.Path(subprocess.run(["mktemp", "-d"], check=True, capture_output=True, text=True).stdout.strip())
        data = self.socket / "data"
        if os.geteuid() == 0:
            shutil.chown(self.socket, "postgres", "postgres")
        measure.run(self.as_user(self.programs() / "initdb", "-D", data, "-U", "bench", "-A", "trust", "--locale=C", "-E", "UTF8"))
        settings = {"listen_addresses": "", "unix_socket_directories": self.socket, "shared_buffers": "2GB", "maintenance_work_mem": "512MB",
                    "max_wal_size": "8GB", "max_parallel_workers": cores, "effective_cache_size": "8GB"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        places = ["taskset", "-c", ",".join(map(str, sorted(os.sched_getaffinity(0))[:cores]))]
        self.server = subprocess.Popen([*places, *self.as_user(self.programs() / "postgres", "-D", data, *options)], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL, cwd=self.socket)
        self.env = {"PGHOST": str(self.socket), "PGUSER": "bench", "PGDATABASE": "postgres"}
        for _ in range(100):
            if subprocess.run([self.programs() / "pg_isready", "-q"], env=dict(os.environ, **self.env), check=False).returncode == 0:
                return
            time.sleep(0.1)
        raise measure.Failed("PostgreSQL did not start")

    def end(self):
        if self.server is None:
            return
        self.server.terminate()
        self.server.wait()
        self.server = None
        shutil.rmtree(self.socket, ignore_errors=True)

    def measured(self, command, cores):
        """Processor time and memory are the server's, not the client's."""
        sampler = Sampler(self.server.pid)
        sampler.start()
        result = self.run(command, cores)
        sampler.ended.set()
        sampler.join()
        return dict(result, cpu=None, rss=sampler.peak)

    def all(self, path, out, cores):
        self.begin(cores)
        try:
            return self.measured(["all", path, out, str(cores)], cores)
        finally:
            self.end()

    def keep(self, path, cores):
        self.begin(cores)
        self.run(["keep", path, str(cores)], cores)
        self.run_sql("CREATE TABLE kept AS SELECT * FROM s")

    def add(self, path, out, cores):
        self.run_sql("DELETE FROM s; INSERT INTO s SELECT * FROM kept; VACUUM ANALYZE s; CHECKPOINT")
        return self.measured(["add", path, out, str(cores)], cores)

    def run_sql(self, statements):
        command = ["psql", "-qX", "-v", "ON_ERROR_STOP=1"]
        for statement in statements.split(";"):
            command += ["-c", statement]
        measure.run(command, env=self.env)

    def close(self):
        self.end()
        super().close()


def all_peers(work, node_modules):
    """In the order of the tables."""
    scripts = HERE / "peers"
    node = {"NODE_PATH": str(node_modules)}
    return [
        DuckDB("DuckDB", ["node", scripts / "duckdb.js"], work, node),
        ClickHouse("ClickHouse", ["node", scripts / "clickhouse.js"], work, node),
        Polars("Polars", ["node", scripts / "polars.js"], work, node),
        Pandas("pandas", [PYTHON, scripts / "pandas_job.py"], work),
        SQLite("SQLite", [scripts / "sqlite.sh"], work),
        PostgreSQL("PostgreSQL", [scripts / "postgres.sh"], work),
    ]
