<?php

declare(strict_types=1);

namespace Countersign\Symfony;

use Countersign\Site\Refused;
use Countersign\Site\SignIn;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpKernel\Event\ControllerEvent;

/**
 * The routes and guards for Symfony: a controller for the path `/countersign/{route}` with every method, and a listener
 * of `kernel.controller` that reads the attribute `RequireRecent`.
 */
final class Countersign
{
    /** @param list<string> $keep names of your own values in the session that survive a sign-in and sign-out */
    public function __construct(private readonly SignIn $signIn, private readonly array $keep = [])
    {
    }

    public function __invoke(Request $request, string $route): Response
    {
        if (!in_array($route, SignIn::ROUTES, true)) {
            return new Response('', Response::HTTP_NOT_FOUND);
        }
        return Http::response($this->signIn->respond($route, Http::request($request), $this->session($request)));
    }

    public function onKernelController(ControllerEvent $event): void
    {
        $request = $event->getRequest();
        foreach ($event->getAttributes(RequireRecent::class) as $required) {
            $answer = $this->signIn->guard($required->demand, Http::request($request), $this->session($request));
            if ($answer !== null) {
                $event->setController(static fn () => Http::response($answer));
                return;
            }
        }
    }

    /** @return array<string, mixed>|null see `SignIn::user` */
    public function user(Request $request): ?array
    {
        return $this->signIn->user($this->session($request));
    }

    /** See `SignIn::beginSecondFactor`. Null, or the answer to a post of another site. */
    public function beginSecondFactor(Request $request, mixed $user, string $subject): ?Response
    {
        try {
            $this->signIn->beginSecondFactor(Http::request($request), $this->session($request), $user, $subject);
            return null;
        } catch (Refused $refused) {
            return Http::response($refused->response());
        }
    }

    private function session(Request $request): SymfonySession
    {
        return new SymfonySession($request->getSession(), $this->keep);
    }
}
