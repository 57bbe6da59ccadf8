<?php

declare(strict_types=1);

namespace Countersign\Api;

/**
 * Sites and systems to be protected. To create: `name`, and whatever of `Resource` is not to be as usual. A list is
 * asked for by `search`, `sort`, `order`, `limit`.
 *
 * @extends Collection<Resource, Resource>
 */
final class Resources extends Collection
{
    /** @param string $image bytes of a PNG or WebP of at most 32 kB, shown above the sign-in */
    public function setLogo(string $id, string $image): Resource
    {
        $body = ['image' => base64_encode($image)];
        return Resource::from($this->transport->send(Kind::Once, 'POST', $this->pathOf($id, '/logo'), $body));
    }

    public function removeLogo(string $id): void
    {
        $this->transport->send(Kind::Once, 'DELETE', $this->pathOf($id, '/logo'));
    }

    protected function read(Answer $answer): Resource
    {
        return Resource::from($answer);
    }
}
