#!/usr/bin/env python3
"""end_to_end.py PLUGINS SIGRUN: a real Fluent Bit with the plugin: the guide's configurations as they stand there, reload, SIGTERM, kill -9, what is
bad. SIGRUN_FLUENT_BIT or PATH names the Fluent Bit; without one it is skipped. More arguments: only the tests of these names."""
import collections
import contextlib
import gzip
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FLUENT_BIT = os.environ.get('SIGRUN_FLUENT_BIT') or shutil.which('fluent-bit')
PLUGINS, SIGRUN = (os.path.abspath(path) for path in sys.argv[1:3]) if len(sys.argv) > 2 else (None, None)

DETECTION = """title: Encoded Command
id: 6c1e9b0e-6a53-4d0e-a7d2-0f2f4b1f2a11
logsource: {product: windows, category: process_creation}
detection:
  selection:
    CommandLine|contains: ' -enc '
  condition: selection
level: high
"""
LOGON = """title: Failed Logon
name: failed_logon
id: 6c1e9b0e-6a53-4d0e-a7d2-0f2f4b1f2a13
logsource: {product: windows}
detection:
  selection: {Failed: 'yes'}
  condition: selection
level: low
"""
CORRELATION = """title: Several Failed Logons
id: 6c1e9b0e-6a53-4d0e-a7d2-0f2f4b1f2a12
correlation:
  type: event_count
  rules: [failed_logon]
  group-by: [User]
  timespan: 5m
  condition: {gte: 3}
level: critical
"""


def free_port():
    with socket.socket() as listening:
        listening.bind(('127.0.0.1', 0))
        return listening.getsockname()[1]


def lines_of(path):
    """Whole JSON lines; a file that is not there has none."""
    with contextlib.suppress(FileNotFoundError), open(path, encoding='utf-8') as file:
        return [json.loads(line) for line in file if line.endswith('\n')]
    return []


def wait_for(what, condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.1)
    raise AssertionError(f'in {seconds} s: {what}')


class Place:
    """A folder with rules, configurations, and what Fluent Bit does there."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='sigrun-end-to-end-')
        self.running = []
        self.ports = {}
        for name in ('out', 'in', 'rules', 'state'):
            os.mkdir(self.path(name))

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text, mode='w'):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), mode, encoding='utf-8') as file:
            file.write(text)
        return self.path(name)

    def rules(self, live=''):
        self.write('rules/detection.yml', DETECTION)
        self.write('rules/logon.yml', LOGON)
        self.write('rules/correlation.yml', CORRELATION)
        return self.write('sigrun.yaml', f'rules: [rules]\nstate: {{folder: state}}\nlive: {{{live}}}\n')

    def pipeline(self, alerts=True, filter_options='', service=''):
        """Reads in/*, writes out/logs and out/alerts."""
        text = f"""service: {{flush: 1, hot_reload: on, grace: 5{service}}}
plugins: [{PLUGINS}/sigrun.so, {PLUGINS}/flb-filter_sigrun.so]
pipeline:
  inputs:
    - {{name: tail, tag: logs, path: {self.path('in')}/*.log, read_from_head: on, refresh_interval: 1, mem_buf_limit: 64M}}
"""
        if alerts:
            text += f"    - {{name: sigrun_alerts, tag: alerts, config: {self.path('sigrun.yaml')}}}\n"
        text += f"""  filters:
    - {{name: sigrun, match: logs, config: {self.path('sigrun.yaml')}, key: log{filter_options}}}
  outputs:
    - {{name: file, match: logs, path: {self.path('out')}, file: logs, format: plain}}
    - {{name: file, match: alerts, path: {self.path('out')}, file: alerts, format: plain}}
"""
        return self.write('fluent-bit.yaml', text)

    def from_guide(self, *names):
        """Writes the guide's files, with paths and ports of this place; returns those named."""
        with open(os.path.join(ROOT, 'docs/guides/fluent-bit.md'), encoding='utf-8') as file:
            blocks = re.findall(r'^```\w*\n# (/etc/\S+)\n(.*?)^```$', file.read(), re.M | re.S)
        assert blocks, 'the guide has no configurations'
        for path, text in blocks:
            for there, here in (('/etc/', self.path('etc/')), ('/usr/lib/x86_64-linux-gnu/sigrun', PLUGINS),
                                ('/usr/share/sigrun', ROOT), ('/var/lib/sigrun', self.path('state')),
                                ('/var/log/windows', self.path('in')), ('/var/log/sigrun', self.path('out'))):
                text = text.replace(there, here)
            for port in ('9200', '8080'):
                text = re.sub(rf'port: {port}', f'port: {self.ports.setdefault(port, free_port())}', text)
            self.write(path.lstrip('/'), text)
        return [self.path(name.lstrip('/')) for name in names]

    def start(self, configuration):
        log = open(self.path('log'), 'a', encoding='utf-8')
        process = subprocess.Popen([FLUENT_BIT, '-c', configuration], stdout=log, stderr=subprocess.STDOUT)
        log.close()
        self.running.append(process)
        return process

    def stop(self, process, how=signal.SIGTERM):
        process.send_signal(how)
        process.wait(timeout=40)
        assert how == signal.SIGKILL or process.returncode == 0, f'Fluent Bit ended with {process.returncode}'

    def log(self):
        with open(self.path('log'), encoding='utf-8', errors='replace') as file:
            return file.read()

    def close(self):
        for process in self.running:
            if process.poll() is None:
                process.kill()
                process.wait()


def event(number, hit=False):
    command = f'powershell -enc {number}' if hit else f'notepad {number}'
    return json.dumps({'EventID': 1, 'Channel': 'Microsoft-Windows-Sysmon/Operational', 'Computer': 'ws', 'CommandLine': command,
                       'UtcTime': time.strftime('%Y-%m-%d %H:%M:%S.000', time.gmtime())}) + '\n'


def logons(user, numbers):
    now = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())
    return ''.join(json.dumps({'Failed': 'yes', 'User': user, 'Number': n, '@timestamp': now}) + '\n' for n in numbers)


def correlated(place):
    return [alert for alert in lines_of(place.path('out/alerts')) if alert['kind'] == 'correlation']


def annotated(records):
    return [record for record in records if 'sigrun' in record]


class Elasticsearch(http.server.BaseHTTPRequestHandler):
    """As much of it as takes bulk requests."""
    documents = collections.defaultdict(list)

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length'])).decode('utf-8').splitlines()
        for action, document in zip(body[::2], body[1::2]):
            meta = next(iter(json.loads(action).values()))
            self.documents[meta['_index']].append((meta.get('_id'), json.loads(document)))
        answer = b'{"took":1,"errors":false,"items":[]}'
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def expected_of(configuration, samples, place):
    """What a scan of the same events finds: rule ids of detections and correlations."""
    with open(configuration, encoding='utf-8') as file:
        text = re.sub(r'^(state|live):.*\n', '', file.read(), flags=re.M)
    scan = subprocess.run([SIGRUN, 'scan', '--config', place.write('scan.yaml', text), '--format', 'ndjson', samples],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    found = collections.defaultdict(collections.Counter)
    for line in scan.stdout.splitlines():
        alert = json.loads(line)
        found[alert['kind']][alert['rule']['id']] += 1
    return found


def rules_of(records):
    return collections.Counter(rule['id'] for record in annotated(records) for rule in record['sigrun']['rules'])


def check_windows(place, records, alerts, samples):
    expected = expected_of(place.path('etc/sigrun/sigrun.yaml'), samples, place)
    assert rules_of(records) == expected['detection'], (rules_of(records), expected['detection'])
    assert sum(expected['detection'].values()) >= 3
    got = collections.Counter(alert['rule']['id'] for alert in alerts if alert['kind'] == 'correlation')
    assert got == expected['correlation'], (got, expected['correlation'])
    print(f"  {len(records)} events, {sum(expected['detection'].values())} detections, {sum(got.values())} correlations, as in a scan")
    for record in annotated(records):
        assert len(record['sigrun']['alerts']) == len(record['sigrun']['rules']) and record['sigrun']['level']


SAMPLES = os.path.join(ROOT, 'rules/samples/windows.ndjson')


def count_lines(path):
    with open(path, encoding='utf-8') as file:
        return sum(1 for line in file if line.strip())


def guide_windows(place):
    configuration, = place.from_guide('/etc/fluent-bit/fluent-bit.yaml')
    server = http.server.ThreadingHTTPServer(('127.0.0.1', place.ports['9200']), Elasticsearch)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Elasticsearch.documents.clear()
    shutil.copy(SAMPLES, place.path('in/windows.ndjson'))
    process = place.start(configuration)
    documents = Elasticsearch.documents
    wait_for('all events are in Elasticsearch', lambda: len(documents['windows-events']) == count_lines(SAMPLES))
    time.sleep(3)
    place.stop(process)
    alerts = [document for _, document in documents['sigrun-alerts']]
    check_windows(place, [document for _, document in documents['windows-events']], alerts, SAMPLES)
    for number, (key, document) in enumerate(documents['sigrun-alerts']):
        assert key == document['id'], number
    # Out of the file, too, with nothing changed on the way through msgpack.
    assert lines_of(place.path('out/alerts.ndjson')) == [
        {name: value for name, value in alert.items() if name != '@timestamp'} for alert in alerts]
    with open(place.path('state/metrics.prom'), encoding='utf-8') as file:
        assert 'sigrun_ready 1\n' in file.read()
    server.shutdown()


def guide_classic(place):
    configuration, = place.from_guide('/etc/fluent-bit/fluent-bit.conf')
    shutil.copy(SAMPLES, place.path('in/windows.ndjson'))
    process = place.start(configuration)
    wait_for('all events are in the file', lambda: len(lines_of(place.path('out/windows'))) == count_lines(SAMPLES))
    time.sleep(3)
    place.stop(process)
    check_windows(place, lines_of(place.path('out/windows')), lines_of(place.path('out/sigrun.alerts')), SAMPLES)


def guide_raw(place):
    configuration, = place.from_guide('/etc/fluent-bit/raw.yaml')
    shutil.copy(SAMPLES, place.path('in/windows.ndjson'))
    process = place.start(configuration)
    wait_for('all events are in the file', lambda: len(lines_of(place.path('out/windows'))) == count_lines(SAMPLES))
    time.sleep(3)
    place.stop(process)
    records = lines_of(place.path('out/windows'))
    check_windows(place, records, lines_of(place.path('out/sigrun.alerts')), SAMPLES)
    with open(SAMPLES, encoding='utf-8') as file:  # the lines are as they were
        assert [record['log'] for record in records] == [line.rstrip('\n') for line in file if line.strip()]


def guide_cloudflare(place):
    configuration, = place.from_guide('/etc/fluent-bit/cloudflare.yaml')
    process = place.start(configuration)
    samples = os.path.join(ROOT, 'rules/samples/cloudflare_http_requests.ndjson')
    with open(samples, 'rb') as file:
        body = gzip.compress(file.read())
    url = f"http://127.0.0.1:{place.ports['8080']}/cloudflare.http"

    def push():
        request = urllib.request.Request(url, body, {'Content-Type': 'application/json', 'Content-Encoding': 'gzip'})
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(request).status == 201

    wait_for('Fluent Bit takes the logs', push)
    wait_for('all are in the file', lambda: len(lines_of(place.path('out/cloudflare.ndjson'))) == count_lines(samples))
    time.sleep(3)
    place.stop(process)
    check_windows(place, lines_of(place.path('out/cloudflare.ndjson')), lines_of(place.path('out/alerts.ndjson')), samples)


def reload(place):
    """What correlations have counted outlives a reload; rules that were added run after it; a broken one goes on as it was."""
    place.rules()
    process = place.start(place.pipeline())
    place.write('in/a.log', logons('ann', [1, 2]) + event(1, True))
    wait_for('three records', lambda: len(lines_of(place.path('out/logs'))) == 3)
    place.write('rules/added.yml', DETECTION.replace('2a11', '2a14').replace("' -enc '", "calc").replace('Encoded', 'Calculator'))
    process.send_signal(signal.SIGHUP)
    wait_for('the reload', lambda: '1 added, 0 changed, 0 removed' in place.log())
    # No database: the host reads its files again, and duplicates have the same ids.
    place.write('in/b.log', logons('ann', [3]) + event(2, True) + event(3).replace('notepad', 'calc'))
    wait_for('the third logon counts', lambda: correlated(place))
    wait_for('the new rule', lambda: any('Calculator Command' in str(record) for record in annotated(lines_of(place.path('out/logs')))))
    place.write('rules/added.yml', 'title: [unclosed\n')
    process.send_signal(signal.SIGHUP)
    wait_for('the broken rule goes on', lambda: '1 kept as they were' in place.log())
    place.stop(process)
    ids = {}
    for record in annotated(lines_of(place.path('out/logs'))):
        assert ids.setdefault(record['log'], record['sigrun']) == record['sigrun']


def hundred_reloads(place):
    """100 reloads while lines are written: every line comes, and every hit is found."""
    place.rules()
    process = place.start(place.pipeline())
    total = 0
    log = place.path('in/a.log')
    hits = set()
    memory = []
    with open(log, 'w', encoding='utf-8') as file:
        for number in range(int(os.environ.get('SIGRUN_RELOADS', '20'))):
            for _ in range(200):
                total += 1
                file.write(event(total, total % 50 == 0))
                if total % 50 == 0:
                    hits.add(total)
            file.flush()
            if number == 0:  # a signal that comes before it is expected ends the process
                wait_for('the first lines', lambda: lines_of(place.path('out/logs')))
            before = place.log().count(': reloaded:')
            process.send_signal(signal.SIGHUP)
            wait_for('a reload', lambda: place.log().count(': reloaded:') > before)
            time.sleep(0.3)
            with open(f'/proc/{process.pid}/status', encoding='utf-8') as status:
                memory.append(int(re.search(r'VmRSS:\s+(\d+)', status.read())[1]))
    numbers = lambda: {int(re.search(r'(?:notepad|-enc) (\d+)', record['log'])[1]) for record in lines_of(place.path('out/logs'))}
    wait_for('all lines', lambda: len(numbers()) == total)
    place.stop(process)
    found = {int(re.search(r'-enc (\d+)', record['log'])[1]) for record in annotated(lines_of(place.path('out/logs')))}
    assert found == hits, (len(found), len(hits))
    print(f'  {len(memory)} reloads, {total} lines, {len(hits)} hits: resident {memory[0]} kB, in the middle {memory[len(memory) // 2]} kB, at the end {memory[-1]} kB')


def ends_with_alerts_spooled(place):
    """Nobody takes the alerts before SIGTERM; the next process has them."""
    place.rules()
    process = place.start(place.pipeline(alerts=False))
    place.write('in/a.log', logons('ann', [1, 2, 3]))
    wait_for('three records', lambda: len(lines_of(place.path('out/logs'))) == 3)
    place.stop(process)
    os.remove(place.path('in/a.log'))
    process = place.start(place.pipeline())
    wait_for('the alert', lambda: correlated(place))
    place.stop(process)
    assert len(correlated(place)) == 1


def killed(place):
    """kill -9 right after the alert came out: it is not acknowledged yet, and comes again with the same id; and, later, no more."""
    place.rules()
    process = place.start(place.pipeline())
    place.write('in/a.log', logons('ann', [1, 2, 3]))
    wait_for('the alert', lambda: correlated(place), 30)
    place.stop(process, signal.SIGKILL)
    os.remove(place.path('in/a.log'))
    process = place.start(place.pipeline())
    wait_for('the alert again', lambda: len(correlated(place)) == 2)
    assert len({alert['id'] for alert in correlated(place)}) == 1
    time.sleep(7)
    place.stop(process, signal.SIGKILL)
    process = place.start(place.pipeline())
    time.sleep(4)
    place.stop(process)
    assert len(correlated(place)) == 2


def bad_configuration(place):
    """The host lives, says what is wrong, and goes on by itself when it is mended."""
    place.rules()
    good = open(place.path('sigrun.yaml'), encoding='utf-8').read()
    place.write('sigrun.yaml', 'rules: [rules\n  - }{\n')
    process = place.start(place.pipeline())
    place.write('in/a.log', event(1, True))
    wait_for('the record', lambda: len(lines_of(place.path('out/logs'))) == 1)
    wait_for('the error', lambda: 'records pass unmatched until this is mended' in place.log() and 'sigrun.yaml:2:5: error' in place.log())
    wait_for('what passed', lambda: '1 events were let pass unmatched' in place.log())
    place.write('sigrun.yaml', good)
    wait_for('it is tried again', lambda: 'events are matched from now on' in place.log(), 45)
    place.write('in/b.log', event(2, True))
    wait_for('the second record', lambda: annotated(lines_of(place.path('out/logs'))))
    place.stop(process)
    # The other way: Fluent Bit does not start.
    place.write('sigrun.yaml', 'rules: [rules\n  - }{\n')
    process = place.start(place.pipeline(filter_options=', on_load_error: fail'))
    assert process.wait(timeout=20) != 0
    process = place.start(place.pipeline(filter_options=', min_level: hihg'))
    assert process.wait(timeout=20) != 0 and 'no such level: hihg' in place.log()


def bad_rule(place):
    place.rules()
    place.write('rules/bad.yml', 'title: [unclosed\n')
    process = place.start(place.pipeline())
    place.write('in/a.log', event(1, True) + 'no JSON\n')
    wait_for('the records', lambda: len(lines_of(place.path('out/logs'))) == 2)
    wait_for('the words', lambda: 'rules/bad.yml:2:1: error:' in place.log() and '1 refused' in place.log()
             and '1 events were not matched, because they could not be read' in place.log())
    place.stop(process)
    assert len(annotated(lines_of(place.path('out/logs')))) == 1


def metrics(place):
    """The host's own metrics have the engine's counters."""
    place.rules()
    port = free_port()
    process = place.start(place.pipeline(service=f', http_server: on, http_listen: 127.0.0.1, http_port: {port}'))
    place.write('in/a.log', event(1, True) + event(2) + 'no JSON\n')

    def series():
        with contextlib.suppress(OSError):
            text = urllib.request.urlopen(f'http://127.0.0.1:{port}/api/v2/metrics/prometheus').read().decode()
            return dict(re.findall(r'^(sigrun_\S+) (\S+)$', re.sub(r'config="[^"]*",?', '', text), re.M))
        return {}

    wait_for('the events are counted', lambda: series().get('sigrun_events_total{outcome="processed"}') == '2')
    got = series()
    for name, value in (('sigrun_events_total{outcome="rejected"}', 1), ('sigrun_ready{}', 1), ('sigrun_rules{state="correlation"}', 1),
                        ('sigrun_alerts_total{level="high"}', 1), ('sigrun_filter_field_taken_total{}', 0)):
        assert float(got[name]) == value, (name, got)
    print(f'  {len(got)} series')
    place.stop(process)


def full_disk(place):
    """The state folder's disk is full: records go on, matched; alerts come when there is room."""
    place.rules()
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', place.path('state')], stderr=subprocess.DEVNULL).returncode:
        return 'no tmpfs can be mounted here'
    try:
        process = place.start(place.pipeline())
        place.write('in/a.log', event(1, True))
        wait_for('a record', lambda: annotated(lines_of(place.path('out/logs'))))
        with open(place.path('state/filler'), 'wb', buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b'x' * 4096)
        place.write('in/b.log', logons('ann', [1, 2, 3]) + event(2, True))
        wait_for('records go on', lambda: len(annotated(lines_of(place.path('out/logs')))) == 2)
        time.sleep(3)
        assert not correlated(place) and process.poll() is None
        place.write('in/c.log', event(3, True))
        wait_for('records go on and on', lambda: len(annotated(lines_of(place.path('out/logs')))) == 3)
        os.remove(place.path('state/filler'))
        wait_for('the alert', lambda: correlated(place))
        place.stop(process)
    finally:
        place.close()
        subprocess.run(['umount', place.path('state')], check=True)


def million(place):
    """1 M records with 10,000 hits, through a reload and SIGTERM and restart: each hit is delivered."""
    total = int(os.environ.get('SIGRUN_RECORDS', '0'))
    if not total:
        return 'SIGRUN_RECORDS is not set'
    place.rules()
    filling = ', "Filling": "' + 'x' * 800 + '"}\n'
    for part in range(2):
        with open(place.path(f'part{part}'), 'w', encoding='utf-8') as file:
            for number in range(part * total // 2, (part + 1) * total // 2):
                file.write(event(number, number % 100 == 0).rstrip('}\n') + filling)
    found = set()
    size = lambda: os.path.exists(place.path('out/logs')) and os.path.getsize(place.path('out/logs'))
    begin = time.monotonic()
    for part in range(2):
        os.rename(place.path(f'part{part}'), place.path(f'in/part{part}.log'))
        process = place.start(place.pipeline())
        if part == 0:
            wait_for('a third of it', lambda: size() > total // 6 * 900, 600)
            process.send_signal(signal.SIGHUP)
            wait_for('the reload', lambda: ': reloaded:' in place.log(), 60)
        last = f'notepad {(part + 1) * total // 2 - 1}'.encode()

        def is_last():
            with open(place.path('out/logs'), 'rb') as file:
                file.seek(max(0, size() - 65536))
                return last in file.read()

        wait_for('the last line', is_last, 1200)
        place.stop(process)
        os.remove(place.path(f'in/part{part}.log'))
    seconds = time.monotonic() - begin
    ids, lines = set(), 0
    with open(place.path('out/logs'), encoding='utf-8') as file:
        for line in file:
            lines += 1
            if '"sigrun":' in line:
                record = json.loads(line)
                found.add(int(re.search(r'-enc (\d+)', record['log'])[1]))
                ids.update(record['sigrun']['alerts'])
    print(f'  {total} records ({lines} lines came out), {len(found)} hits, {len(ids)} ids, {seconds:.1f} s')
    assert len(found) == len(ids) == (total + 99) // 100


def dry_run(configuration):
    process = subprocess.run([FLUENT_BIT, '--dry-run', '-c', configuration], capture_output=True, text=True, timeout=60, check=False)
    return process.returncode, process.stdout + process.stderr


def guide_read_only(place):
    """Outputs to what is not here: Fluent Bit knows all the options, and would say of one that it does not."""
    for configuration in place.from_guide('/etc/fluent-bit/loki.yaml', '/etc/fluent-bit/s3.yaml'):
        status, said = dry_run(configuration)
        assert status == 0 and 'configuration test is successful' in said, said
        with open(configuration, encoding='utf-8') as file:
            text = file.read()
        with open(configuration, 'w', encoding='utf-8') as file:
            file.write(re.sub('label_keys|s3_key_format', 'no_such_option', text))
        status, said = dry_run(configuration)
        assert status != 0, f'a wrong option is taken: {said}'


TESTS = [guide_windows, guide_classic, guide_raw, guide_cloudflare, guide_read_only, reload, hundred_reloads, ends_with_alerts_spooled, killed,
         bad_configuration, bad_rule, metrics, full_disk, million]


def main():
    if not FLUENT_BIT:
        print('skipped: no fluent-bit')
        return 0
    failed = 0
    for test in TESTS:
        if len(sys.argv) > 3 and test.__name__ not in sys.argv[3:]:
            continue
        place = Place()
        begin = time.monotonic()
        try:
            skipped = test(place)
            print(f'SKIPPED: {test.__name__}: {skipped}' if skipped else f'ok: {test.__name__} ({time.monotonic() - begin:.0f} s)', flush=True)
            place.close()
            shutil.rmtree(place.folder)
        except Exception as problem:  # the next test may hold
            place.close()
            failed += 1
            print(f'failed: {test.__name__}: {type(problem).__name__}: {problem}; files are in {place.folder}', flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
