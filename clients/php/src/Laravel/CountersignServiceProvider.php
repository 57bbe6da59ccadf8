<?php

declare(strict_types=1);

namespace Countersign\Laravel;

use Countersign\Keys\FileKeyCache;
use Countersign\Site\SignIn;
use Illuminate\Auth\Events\Login;
use Illuminate\Contracts\Auth\StatefulGuard;
use Illuminate\Foundation\Http\Middleware\VerifyCsrfToken;
use Illuminate\Http\Request;
use Illuminate\Support\ServiceProvider;

/**
 * Adds routes and guards from `config/countersign.php`: `signIn` has the arguments of `SignIn` by their names but for
 * `users` and `keyCache`, `userColumn` the column of the user's id at Countersign, `isAllowed` a callable that is false
 * for a blocked user, and `keep` names of your own values in the session that survive a sign-in.
 *
 * A login of Laravel that is not of Countersign, such as `Auth::attempt` in a form that was forgotten, ends with 403: a
 * password alone must not sign in.
 */
final class CountersignServiceProvider extends ServiceProvider
{
    public function register(): void
    {
        $this->app->scoped(Countersign::class, function (): Countersign {
            $config = $this->app->make('config')->get('countersign');
            $auth = $this->app->make('auth');
            $provider = $auth->createUserProvider($this->app->make('config')->get('auth.guards.web.provider'));
            $isAllowed = isset($config['isAllowed']) ? $config['isAllowed'](...) : null;
            $users = new LaravelUsers($provider, $config['userColumn'], $isAllowed);
            $keys = new FileKeyCache($this->app->storagePath('framework/countersign-keys'));
            $signIn = new SignIn(...$config['signIn'], users: $users, keyCache: $keys);
            return new Countersign($signIn, $this->guard(), $config['keep'] ?? []);
        });
    }

    public function boot(): void
    {
        $router = $this->app->make('router');
        $router->aliasMiddleware('countersign', RequireRecent::class);
        $basePath = $this->app->make('config')->get('countersign.signIn.basePath', '/countersign');
        foreach (SignIn::ROUTES as $route) {
            $router->any(
                "{$basePath}/{$route}",
                fn (Request $request) => $this->app->make(Countersign::class)->respond($request, $route),
            )
                ->middleware('web')
                // The route checks the origin of the post instead.
                ->withoutMiddleware(VerifyCsrfToken::class);
        }
        $this->app->make('events')->listen(Login::class, function (Login $login): void {
            if ($login->guard === 'web' && !LaravelSession::isSigningIn()) {
                $this->guard()->logout();
                abort(403, 'Sign in with Countersign.');
            }
        });
    }

    private function guard(): StatefulGuard
    {
        return $this->app->make('auth')->guard('web');
    }
}
