<?php

declare(strict_types=1);

namespace Countersign\Laravel;

use Countersign\Site\LevelDemand;
use Countersign\Site\Refused;
use Countersign\Site\RouteResponse;
use Countersign\Site\SignIn;
use Countersign\Symfony\Http;
use Illuminate\Contracts\Auth\Authenticatable;
use Illuminate\Contracts\Auth\StatefulGuard;
use Illuminate\Http\Request;
use Symfony\Component\HttpFoundation\Response;

/** The routes and guards for Laravel, with its own sessions and guard. */
final class Countersign
{
    /** @param list<string> $keep names of your own values in the session that survive a sign-in and sign-out */
    public function __construct(
        private readonly SignIn $signIn,
        private readonly StatefulGuard $guard,
        private readonly array $keep = [],
    ) {
    }

    public function respond(Request $request, string $route): Response
    {
        return Http::response($this->signIn->respond($route, Http::request($request), $this->session($request)));
    }

    /** Null, or the answer to a request whose sign-in is not enough. */
    public function guard(Request $request, LevelDemand $demand): ?Response
    {
        $answer = $this->signIn->guard($demand, Http::request($request), $this->session($request));
        return $answer === null ? null : Http::response($answer);
    }

    /**
     * Your site has checked the password of this user, in place of `Auth::login` or `Auth::attempt`. See
     * `SignIn::beginSecondFactor`. Null, or the answer to a post of another site.
     */
    public function beginSecondFactor(Request $request, Authenticatable $user, string $subject): ?Response
    {
        try {
            $this->signIn->beginSecondFactor(Http::request($request), $this->session($request), $user, $subject);
            return null;
        } catch (Refused $refused) {
            return Http::response($refused->response());
        }
    }

    /** Whether the guard's user is the one who signed in here. */
    public function isOf(Request $request, ?Authenticatable $user): bool
    {
        $account = $this->signIn->user($this->session($request))['account'] ?? null;
        return $user !== null && $account === (string) $user->getAuthIdentifier();
    }

    public function refuse(): Response
    {
        return Http::response(new RouteResponse(401, ['code' => 'SIGN_IN_REQUIRED']));
    }

    private function session(Request $request): LaravelSession
    {
        return new LaravelSession($request->session(), $this->guard, $this->keep);
    }
}
