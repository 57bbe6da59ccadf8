<?php

return ['paths' => [dirname(__DIR__) . '/resources/views'], 'compiled' => getenv('STORAGE') . '/views'];
