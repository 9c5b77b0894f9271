<?php
// The demo's experiments for PHP, which has no way of limiting a function's time: its server's limit
// alone.
//
//     GET /timeout/none/FUNCTION?limit=100ms&seconds=5
//     GET /hello
//     GET /pid
//
// Backends are found by the demo's environment variables. The clients have time limits of their own
// only far beyond what the lab measures.

declare(strict_types=1);

const FAR = 30;  // seconds

class BackendError extends RuntimeException {}
class BadRequest extends RuntimeException {}

function env(string $name, string $default = ''): string {
    return ($_SERVER[$name] ?? getenv($name)) ?: $default;
}

function address(string $variable, string $default): array {
    $first = explode(',', env($variable, $default))[0];
    $colon = strrpos($first, ':');
    return [trim(substr($first, 0, $colon), '[]'), (int)substr($first, $colon + 1)];
}

function now(): float { return hrtime(true) / 1e9; }

function ask_http(float $seconds): array {
    if (env('DEMO_HTTP') === '') throw new BackendError('name a server to ask in DEMO_HTTP');
    $handle = curl_init(env('DEMO_HTTP') . "/delay/$seconds");
    curl_setopt_array($handle, [CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => FAR,
        CURLOPT_NOSIGNAL => true, CURLOPT_PROXY => '']);
    $body = curl_exec($handle);
    if ($body === false) throw new BackendError(curl_error($handle));
    return ['status' => curl_getinfo($handle, CURLINFO_RESPONSE_CODE), 'bytes' => strlen($body)];
}

// Sets a key and gets it, again and again.
function ask_cache(float $seconds): array {
    $client = new Memcached();
    foreach ([Memcached::OPT_CONNECT_TIMEOUT => 1000, Memcached::OPT_POLL_TIMEOUT => 1000,
              Memcached::OPT_SEND_TIMEOUT => 1000_000, Memcached::OPT_RECV_TIMEOUT => 1000_000]
             as $option => $each) {
        $client->setOption($option, $each * FAR);
    }
    $client->addServer(...address('CURFEW_CACHE_SERVERS', '127.0.0.1:11211'));
    $end = now() + $seconds;
    $exchanges = 0;
    do {
        if (!$client->set('demo:greeting', 'hello, cache', 60)) {
            throw new BackendError($client->getResultMessage());
        }
        $got = $client->get('demo:greeting');
        $exchanges += 2;
    } while (now() < $end);
    return ['cached' => $got === false ? null : $got, 'exchanges' => $exchanges];
}

function ask_db(float $seconds): array {
    try {
        $connection = mysqli_init();
        $connection->options(MYSQLI_OPT_CONNECT_TIMEOUT, FAR);
        $connection->options(MYSQLI_OPT_READ_TIMEOUT, FAR);
        [$host, $port] = address('CURFEW_DB_ADDRESS', '127.0.0.1:3306');
        $connection->real_connect($host, env('CURFEW_DB_USER', 'curfew'), env('CURFEW_DB_PASSWORD'),
            env('CURFEW_DB_DATABASE', 'curfew'), $port);
        $row = $connection->query('SELECT name, moons, radius_km, SLEEP(' . $seconds . ') AS slept '
            . 'FROM planets WHERE id = 3')->fetch_assoc();
    } catch (mysqli_sql_exception $error) {
        throw new BackendError('the database: ' . $error->getMessage());
    }
    return array_map(strval(...), $row);
}

function pause(float $seconds): string {
    usleep((int)($seconds * 1e6));
    return 'slept';
}

function spin(float $seconds): string {
    for ($end = now() + $seconds; now() < $end;);
    return 'computed';
}

// Waits for a lock that it holds itself. PHP has none with a time limit: it is asked for again and
// again, so that the server goes on.
function lock(float $seconds): string {
    $held = tmpfile();
    flock($held, LOCK_EX);
    clearstatcache(true);  // or the path is taken for that of an earlier call's file
    $again = fopen('/proc/self/fd/' . descriptor_of($held), 'r+');
    for ($end = now() + $seconds; now() < $end && !flock($again, LOCK_EX | LOCK_NB);) usleep(1000);
    return 'gave up waiting for the mutex';
}

// The one of a file that has no name any more.
function descriptor_of($file): string {
    $inode = fstat($file)['ino'];
    foreach (scandir('/proc/self/fd') as $name) {
        $found = @stat("/proc/self/fd/$name");
        if ($found && $found['ino'] === $inode) return $name;
    }
    throw new RuntimeException('the locked file has no descriptor');
}

function deaf(float $seconds): string {
    $libc = FFI::cdef('int sigfillset(void*); int sigprocmask(int, const void*, void*);');
    [$all, $before] = [FFI::new('char[128]'), FFI::new('char[128]')];
    $libc->sigfillset(FFI::addr($all));
    $libc->sigprocmask(2, FFI::addr($all), FFI::addr($before));  // 2: SIG_SETMASK
    try {
        return spin($seconds);
    } finally {
        $libc->sigprocmask(2, FFI::addr($before), null);
    }
}

// Takes its process with it, unless it is to take no time at all.
function crash(float $seconds): string {
    if ($seconds > 0) FFI::cdef('void* memset(void*, int, size_t);')->memset(null, 42, 1);
    return 'did not crash';
}

function entries(string $directory): int { return count(scandir($directory)) - 2; }

function census(): array {
    $children = preg_split('/\s+/', file_get_contents('/proc/self/task/' . getmypid() . '/children'),
        -1, PREG_SPLIT_NO_EMPTY);
    return ['threads' => entries('/proc/self/task'), 'children' => count($children),
            'descriptors' => entries('/proc/self/fd')];
}

function outcome_of(callable $run): array {
    try {
        return [200, ['outcome' => 'value', 'value' => $run()]];
    } catch (BackendError $error) {
        return [502, ['outcome' => 'error', 'message' => $error->getMessage()]];
    } catch (Throwable $error) {
        return [500, ['outcome' => 'error', 'message' => $error->getMessage()]];
    }
}

function number(string $text, float $least, float $most, string $what): float {
    if (!is_numeric($text) || $text < $least || $text > $most) {
        throw new BadRequest("$what is a number from $least to $most");
    }
    return (float)$text;
}

// In milliseconds: `250ms`, `1.5s`, or a plain number of seconds.
function limit_ms(string $text): float {
    $what = 'the limit (250ms, 2s, or just 0.5) in ';
    if (str_ends_with($text, 'ms')) return number(substr($text, 0, -2), 1, 10_000, $what . 'milliseconds');
    return 1000 * number(preg_replace('/s$/', '', $text), 0.001, 10, $what . 'seconds');
}

function choose(string $what, string $name, array $choices): mixed {
    return $choices[$name] ?? throw new BadRequest(
        "there is no $what \"$name\"; the choices are " . implode(', ', array_keys($choices)));
}

function experiment(string $strategy, string $function, array $query): array {
    choose('strategy', $strategy, ['none' => true]);
    $run = choose('function', $function, ['http' => ask_http(...), 'db' => ask_db(...),
        'cache' => ask_cache(...), 'sleep' => pause(...), 'spin' => spin(...), 'lock' => lock(...),
        'deaf' => deaf(...), 'crash' => crash(...)]);
    $limit = limit_ms($query['limit'] ?? '500ms');
    $seconds = number($query['seconds'] ?? '2', 0, 10, 'the time in seconds');

    $before = census();
    $start = now();
    [$status, $outcome] = outcome_of(fn() => $run($seconds));
    $elapsed = (now() - $start) * 1000;
    $left = ['function' => null];
    foreach (census() as $name => $number) $left[$name] = max($number - $before[$name], 0);
    return [$status, ['strategy' => $strategy, 'function' => $function, 'limit_ms' => $limit] + $outcome
        + ['elapsed_ms' => round($elapsed, 1), 'late_ms' => round(max($elapsed - $limit, 0), 1),
           'pid' => getmypid(),
           'left_behind' => $left]];
}

function respond(): array {
    $path = explode('/', trim(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH), '/'));
    if ($path === ['hello']) return [200, "Hello, world!\n"];
    if ($path === ['pid']) return [200, getmypid() . "\n"];
    if ($path[0] === 'timeout' && count($path) === 3) return experiment($path[1], $path[2], $_GET);
    return [404, "there is nothing here\n"];
}

try {
    [$status, $answer] = respond();
} catch (BadRequest $error) {
    [$status, $answer] = [400, $error->getMessage() . "\n"];
}
http_response_code($status);
header('Content-Type: ' . (is_array($answer) ? 'application/json' : 'text/plain'));
echo is_array($answer) ? json_encode($answer, JSON_UNESCAPED_SLASHES) . "\n" : $answer;
