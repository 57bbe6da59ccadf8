<?php

declare(strict_types=1);

namespace Countersign\Site;

use Countersign\Client;
use Countersign\Clock;
use Countersign\Demand;
use Countersign\ErrorCodes;
use Countersign\Exception\CountersignException;
use Countersign\Exception\OptionInvalid;
use Countersign\Http\HttpClient;
use Countersign\Keys\KeyCache;
use Countersign\Nonce;
use Countersign\Options;
use Countersign\SystemClock;
use Countersign\Verifier;

/** Signs users of a site in with Countersign. */
final class SignIn
{
    public const ROUTES = ['nonce', 'sign-in', 'sign-out'];
    /** As long as a sign-in in the widget may take, and a password of the site counts. */
    private const SIGN_IN_MS = 900_000;
    /** The service wants a login request started within 120 s. */
    private const LOGIN_REQUEST_MS = 100_000;
    /** Refusals of the service that are about the user or the result. Any other is a fault of the setup or the service. */
    private const ABOUT_THE_SIGN_IN = [
        ...['RESULT_INVALID', 'RESULT_USED', 'RESULT_REVOKED', 'RESULT_ORIGIN', 'RESULT_TEST'],
        ...['LEVEL_UNREACHABLE', 'LOGIN_REQUEST_INVALID', 'USER_NOT_FOUND', 'USER_BLOCKED', 'ACCESS_DENIED'],
    ];

    private readonly Verifier $verifier;
    private readonly ?Client $client;
    private readonly Users $users;
    private readonly Clock $clock;
    private readonly bool $requireOtp;

    /**
     * @param string $service the public URL of your Countersign
     * @param string $resource the id of your resource (`res_...`)
     * @param string $origin the origin of your site, such as `https://shop.example`. Never taken from a request
     * @param KeyCache $keyCache as for `Verifier`
     * @param Users|null $users your users; left out, your site has no table of them
     * @param string|null $apiKey with scope `authenticate`: results are consumed, which refuses users who lost access
     *     since, and a step-up asks only for what is missing
     * @param bool $siteChecksPassword your site checks the password, and Countersign the second factor. Needs `apiKey`
     * @param string $basePath where the three routes are
     * @param string $signInPath your page with the widget, to which guards send browsers
     * @param string $afterSignIn where a sign-in leads to if no page was asked for
     * @param string $afterSignOut where a sign-out leads to
     * @param '2'|Demand $requireAcr refuses sign-ins with one factor. Not with `siteChecksPassword`
     * @param bool|null $requireOtp refuses users who signed in without a code. Left out, it is `siteChecksPassword`
     * @throws OptionInvalid `OPTION_INVALID`, naming the option
     */
    public function __construct(
        string $service,
        private readonly string $resource,
        private readonly string $origin,
        KeyCache $keyCache,
        ?Users $users = null,
        #[\SensitiveParameter]
        ?string $apiKey = null,
        private readonly bool $siteChecksPassword = false,
        public readonly string $basePath = '/countersign',
        private readonly string $signInPath = '/sign-in',
        private readonly string $afterSignIn = '/',
        private readonly string $afterSignOut = '/',
        private readonly string|Demand $requireAcr = Demand::None,
        ?bool $requireOtp = null,
        ?HttpClient $http = null,
        ?Clock $clock = null,
    ) {
        if (preg_match('~\Ahttps?://(?:[a-z0-9._-]+|\[[0-9a-f:]+\])(?::\d{1,5})?\z~', $origin) !== 1) {
            throw Options::invalid('"origin" must be the origin of your site, such as https://shop.example.');
        }
        if ($siteChecksPassword && ($apiKey === null || $users === null)) {
            throw Options::invalid('"apiKey" and "users" are needed if your site checks the passwords.');
        }
        if ($requireAcr !== Demand::None && ($requireAcr !== '2' || $siteChecksPassword)) {
            throw Options::invalid('"requireAcr" is "2", where Countersign checks the password.');
        }
        foreach (compact('basePath', 'signInPath', 'afterSignIn', 'afterSignOut') as $option => $path) {
            $isRoot = $option === 'basePath' && str_ends_with($path, '/');
            if (!Rules::isSafeNext($path) || str_contains($path, '?') || $isRoot) {
                throw Options::invalid("\"{$option}\" must be a path of your site.");
            }
        }
        $this->clock = $clock ?? new SystemClock();
        $this->verifier = new Verifier($service, $resource, $keyCache, http: $http, clock: $this->clock);
        $this->client = $apiKey === null ? null : new Client($service, $apiKey, http: $http, clock: $this->clock);
        $this->users = $users ?? new CountersignUsers();
        $this->requireOtp = $requireOtp ?? $siteChecksPassword;
    }

    /** The response to a request of one of `ROUTES`. */
    public function respond(string $route, RouteRequest $request, Session $session): RouteResponse
    {
        try {
            $this->checkPost($request, $route === 'sign-in' || $request->body !== '');
            if (strlen($request->body) > RouteRequest::MAX_BODY_BYTES) {
                throw new Refused('BODY_TOO_LARGE');
            }
            $fields = Rules::fieldsOf($request);
            return match ($route) {
                'nonce' => $this->nonce($fields, $session),
                'sign-in' => $this->leadTo($request, $this->signIn($fields, $request, $session)),
                'sign-out' => $this->leadTo($request, $this->signOut($session)),
            };
        } catch (Refused $refused) {
            if ($refused->errorCode === 'SECOND_FACTOR_ENDED') {
                self::endPending($session);
            }
            return $refused->response();
        } catch (OptionInvalid $invalid) {
            throw $invalid;
        } catch (CountersignException $exception) {
            return self::responseTo($exception);
        }
    }

    /** @throws Refused unless this is a post of the site's own pages: for posts of yours that check a password */
    public function checkPost(RouteRequest $request, bool $needsType = false): void
    {
        $code = Rules::refusePost($this->origin, $request, $needsType);
        if ($code !== null) {
            throw new Refused($code);
        }
    }

    /**
     * The user of this session: `account` (the key in your own table), `id` (at Countersign), `login`, `acr`, `authTime`
     * and `jti`. Null also if the account is deleted or blocked, or has another password by now.
     *
     * @return array<string, mixed>|null
     */
    public function user(Session $session): ?array
    {
        $user = $session->read()['user'] ?? null;
        return $user === null || $this->unchanged($user['account'], $user['stamp']) === null ? null : $user;
    }

    /** Null if the sign-in of this session is enough. Else the response: a browser that asks for a page is sent to sign in. */
    public function guard(LevelDemand $demand, RouteRequest $request, Session $session): ?RouteResponse
    {
        $code = $demand->missing($this->user($session), $this->clock->nowMs());
        if ($code === null) {
            return null;
        }
        $more = $code === 'STEP_UP_REQUIRED' ? $demand->members() : [];
        if (!in_array($request->method, ['GET', 'HEAD'], true) || !str_contains($request->accept, 'text/html')) {
            return (new Refused($code, $more))->response();
        }
        $query = http_build_query((Rules::isSafeNext($request->target) ? ['next' => $request->target] : []) + $more);
        return RouteResponse::redirect($this->signInPath . ($query === '' ? '' : "?{$query}"));
    }

    /**
     * Your site has checked the password of `$user`, whom Countersign knows as `$subject` (`usr_...`). No user is signed
     * in yet: the session gets a new id, and some minutes to bring a result of this very user.
     *
     * @throws Refused if the post comes from another site
     */
    public function beginSecondFactor(RouteRequest $request, Session $session, mixed $user, string $subject): void
    {
        if (!$this->siteChecksPassword || $subject === '') {
            throw Options::invalid('"siteChecksPassword" must be true, and "subject" the id of the user at Countersign.');
        }
        $this->checkPost($request);
        $session->renew(null);
        $session->write(['pending' => [
            'account' => $this->users->idOf($user),
            'id' => $subject,
            'stamp' => $this->stamp($user),
            'at' => $this->clock->nowMs(),
        ]]);
    }

    /** @param array<array-key, mixed> $fields */
    private function nonce(array $fields, Session $session): RouteResponse
    {
        $demand = $this->demandOf($fields);
        $state = $session->read();
        $pending = $state['pending'] ?? null;
        $user = null;
        if ($pending !== null) {
            $this->checkPending($pending);
            $demand = null; // what is missing is the second factor, whatever a page wants
        } elseif ($demand !== null) {
            $user = $this->user($session) ?? throw new Refused('SIGN_IN_REQUIRED');
        } elseif ($this->siteChecksPassword) {
            throw new Refused('SECOND_FACTOR_ENDED');
        }
        $members = $demand?->members() ?? [];
        $needsRequest = $pending !== null || ($demand !== null && $this->client !== null);
        $limitMs = $needsRequest ? self::LOGIN_REQUEST_MS : self::SIGN_IN_MS;
        $begun = $state['begun'] ?? null;
        if ($begun === null || !$this->isWithin($begun['at'], $limitMs) || $begun['demand'] !== $members) {
            $begun = ['nonce' => Nonce::create(), 'at' => $this->clock->nowMs(), 'demand' => $members];
            if ($needsRequest) {
                $begun['loginRequest'] = $this->loginRequest($begun['nonce'], $pending, $user, $members);
            }
            $session->write(['begun' => $begun] + $state);
        }
        return new RouteResponse(200, array_intersect_key($begun, ['nonce' => 0, 'loginRequest' => 0]));
    }

    /**
     * @param array<string, mixed>|null $pending
     * @param array<string, mixed>|null $user
     * @param array{acr?: string, maxAgeMs?: int} $demand
     */
    private function loginRequest(string $nonce, ?array $pending, ?array $user, array $demand): string
    {
        $client = $this->client ?? throw Options::invalid('"apiKey" is needed for a second factor alone.');
        $made = $pending !== null
            ? $client->createLoginRequest($pending['id'], $this->resource, $nonce, passwordChecked: true)
            : $client->createLoginRequest($user['id'], $this->resource, $nonce, ...[...$demand, 'previous' => $user['jti']]);
        return $made->loginRequest;
    }

    /** @param array<array-key, mixed> $fields */
    private function signIn(array $fields, RouteRequest $request, Session $session): string
    {
        $result = $fields[$request->isForm() ? 'countersign_result' : 'result'] ?? null;
        $state = $session->read();
        $begun = $state['begun'] ?? null;
        unset($state['begun']); // before anything is verified, so that it serves once
        $session->write($state);
        $before = $this->user($session);
        $pending = $state['pending'] ?? null;
        $demand = $begun['demand'] ?? [];
        if ($pending !== null) {
            $this->checkPending($pending);
        } elseif ($demand !== [] && $before === null) {
            throw new Refused('SIGN_IN_REQUIRED');
        } elseif ($this->siteChecksPassword && $demand === []) {
            throw new Refused('SECOND_FACTOR_ENDED');
        }
        $nonce = $begun !== null && $this->isWithin($begun['at'], self::SIGN_IN_MS) ? $begun['nonce'] : null;
        $claims = $this->verifier->verifyResult(
            $result,
            nonce: $nonce,
            origin: $this->origin,
            requireOtp: $this->requireOtp,
            acr: $this->requireAcr === Demand::None ? $demand['acr'] ?? Demand::None : $this->requireAcr,
            maxAgeMs: $demand['maxAgeMs'] ?? Demand::None,
        );
        $expected = $pending ?? ($demand === [] ? null : $before);
        // The visitor can see the nonce: a thief who knows the password could sign in with it as another user.
        if ($expected !== null && !hash_equals($expected['id'], $claims->sub)) {
            throw new Refused('RESULT_OF_ANOTHER_USER');
        }
        $this->client?->consumeResult($result, $this->resource, $nonce, origin: $this->origin);
        // After it: the password may have changed while the service was asked.
        $user = match (true) {
            $pending !== null => $this->checkPending($pending),
            $demand !== [] => $this->unchanged($before['account'], $before['stamp'])
                ?? throw new Refused('SIGN_IN_REQUIRED'),
            default => $this->users->ofResult($claims),
        };
        if ($user === null) {
            throw new Refused('ACCESS_DENIED');
        }
        $checkedAt = $pending === null ? null : intdiv($pending['at'], 1000);
        $signedIn = [
            'account' => $this->users->idOf($user),
            'id' => $claims->sub,
            'login' => $claims->preferredUsername,
            'jti' => $claims->jti,
            'stamp' => $this->stamp($user),
        ] + Rules::levelOf($claims->acr, $claims->otp, $claims->authTime, $checkedAt);
        $session->renew($user);
        $session->write(['user' => $signedIn]);
        $next = $fields['next'] ?? null;
        return Rules::isSafeNext($next) ? $next : $this->afterSignIn;
    }

    private function signOut(Session $session): string
    {
        $session->renew(null);
        return $this->afterSignOut;
    }

    private function leadTo(RouteRequest $request, string $path): RouteResponse
    {
        return $request->isForm() ? RouteResponse::redirect($path) : new RouteResponse(200, ['redirect' => $path]);
    }

    /** @param array<array-key, mixed> $fields */
    private function demandOf(array $fields): ?LevelDemand
    {
        $asked = array_intersect_key($fields, ['acr' => 0, 'maxAgeMs' => 0]);
        try {
            $demand = $asked === [] ? null : new LevelDemand(...$asked);
            // A page can demand more than every sign-in must prove, and never less.
            return $demand === null || $this->requireAcr === Demand::None
                ? $demand
                : new LevelDemand($this->requireAcr, $demand->maxAgeMs);
        } catch (OptionInvalid | \TypeError) {
            throw new Refused('INPUT_INVALID');
        }
    }

    /**
     * The user whose password was checked, if that still holds.
     *
     * @param array<string, mixed> $pending
     */
    private function checkPending(array $pending): mixed
    {
        $user = $this->unchanged($pending['account'], $pending['stamp']);
        if ($user === null || !$this->isWithin($pending['at'], self::SIGN_IN_MS)) {
            throw new Refused('SECOND_FACTOR_ENDED');
        }
        return $user;
    }

    /** A pending sign-in that ended comes back to life neither by an unblocked account nor by a clock that goes back. */
    private static function endPending(Session $session): void
    {
        $state = $session->read();
        if (isset($state['pending'])) {
            unset($state['pending'], $state['begun']);
            $session->write($state);
        }
    }

    private function isWithin(int $at, int $limitMs): bool
    {
        $elapsed = $this->clock->nowMs() - $at;
        return $elapsed >= 0 && $elapsed < $limitMs;
    }

    /** The user, unless they are deleted or blocked, or have another password by now. */
    private function unchanged(string $account, string $stamp): mixed
    {
        $user = $this->users->byId($account);
        return $user !== null && hash_equals($stamp, $this->stamp($user)) ? $user : null;
    }

    private function stamp(mixed $user): string
    {
        return hash('sha256', $this->users->passwordOf($user) ?? '');
    }

    /** 403 if the sign-in is refused, 503 if it could not be decided. */
    private static function responseTo(CountersignException $exception): RouteResponse
    {
        $code = $exception->errorCode;
        $isAboutTheResult = in_array($code, ErrorCodes::RESULT, true) && $code !== 'JWKS_UNAVAILABLE';
        $isRefused = $isAboutTheResult || in_array($code, self::ABOUT_THE_SIGN_IN, true);
        $headers = ['Cache-Control' => 'no-store'];
        if ($exception->retryAfterMs !== null) {
            $headers['Retry-After'] = (string) intdiv($exception->retryAfterMs + 999, 1000);
        }
        return new RouteResponse($isRefused ? 403 : ($exception->status === 429 ? 429 : 503), ['code' => $code], $headers);
    }
}
