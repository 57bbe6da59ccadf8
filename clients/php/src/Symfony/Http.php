<?php

declare(strict_types=1);

namespace Countersign\Symfony;

use Countersign\Site\RouteRequest;
use Countersign\Site\RouteResponse;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;

/** @internal Requests and responses of HttpFoundation, which Laravel has too. */
final class Http
{
    public static function request(Request $request): RouteRequest
    {
        return new RouteRequest(
            // Not what a field or header says that it be.
            $request->getRealMethod(),
            $request->headers->get('Origin'),
            $request->headers->get('Sec-Fetch-Site'),
            $request->headers->get('Content-Type'),
            substr($request->getContent(), 0, RouteRequest::MAX_BODY_BYTES + 1),
            $request->headers->get('Accept', ''),
            $request->getRequestUri(),
        );
    }

    public static function response(RouteResponse $answer): Response
    {
        return new Response($answer->json(), $answer->status, ['Content-Type' => 'application/json'] + $answer->headers);
    }
}
