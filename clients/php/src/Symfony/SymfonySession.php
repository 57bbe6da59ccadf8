<?php

declare(strict_types=1);

namespace Countersign\Symfony;

use Countersign\Site\Session;
use Symfony\Component\HttpFoundation\Session\SessionInterface;

/** The session of Symfony. */
final class SymfonySession implements Session
{
    private const KEY = 'countersign';

    /** @param list<string> $keep names of your own values in the session that survive a sign-in and sign-out */
    public function __construct(private readonly SessionInterface $session, private readonly array $keep = [])
    {
    }

    public function read(): array
    {
        return $this->session->get(self::KEY, []);
    }

    public function write(array $state): void
    {
        $this->session->set(self::KEY, $state);
    }

    public function renew(mixed $user): void
    {
        $kept = array_intersect_key($this->session->all(), array_flip($this->keep));
        $this->session->invalidate();
        foreach ($kept as $name => $value) {
            $this->session->set($name, $value);
        }
    }
}
