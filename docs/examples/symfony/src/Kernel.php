<?php

declare(strict_types=1);

namespace App;

use Countersign\Keys\FileKeyCache;
use Countersign\Site\SignIn;
use Countersign\Symfony\Countersign;
use Symfony\Bundle\FrameworkBundle\FrameworkBundle;
use Symfony\Bundle\FrameworkBundle\Kernel\MicroKernelTrait;
use Symfony\Component\DependencyInjection\Loader\Configurator\ContainerConfigurator;
use Symfony\Component\HttpKernel\Kernel as BaseKernel;
use Symfony\Component\Routing\Loader\Configurator\RoutingConfigurator;

use function Symfony\Component\DependencyInjection\Loader\Configurator\env;
use function Symfony\Component\DependencyInjection\Loader\Configurator\inline_service;
use function Symfony\Component\DependencyInjection\Loader\Configurator\service;

/** Two-factor sign-in on Symfony. With OWN_PASSWORDS=1 this site checks the passwords, and Countersign the second factor. */
final class Kernel extends BaseKernel
{
    use MicroKernelTrait;

    public function registerBundles(): iterable
    {
        yield new FrameworkBundle();
    }

    public function getCacheDir(): string
    {
        return getenv('STORAGE') . '/cache';
    }

    public function getLogDir(): string
    {
        return getenv('STORAGE') . '/log';
    }

    protected function configureContainer(ContainerConfigurator $container): void
    {
        $container->extension('framework', [
            'secret' => '%env(APP_SECRET)%',
            'http_method_override' => false,
            'handle_all_throwables' => true,
            'php_errors' => ['log' => true],
            'session' => [
                'handler_id' => null,
                'save_path' => '%env(STORAGE)%/sessions',
                'name' => 'session',
                'cookie_secure' => 'auto',
                'cookie_samesite' => 'lax',
            ],
        ]);
        $services = $container->services();
        $services->set(Table::class)->args([env('DATABASE')]);
        $services->set(SignIn::class)->args([
            '$service' => env('COUNTERSIGN_URL'),
            '$resource' => env('COUNTERSIGN_RESOURCE'),
            '$origin' => env('ORIGIN'),
            '$keyCache' => inline_service(FileKeyCache::class)->args(['%env(STORAGE)%/countersign-keys']),
            '$users' => service(Table::class),
            '$apiKey' => env('COUNTERSIGN_API_KEY'),
            '$siteChecksPassword' => env('OWN_PASSWORDS')->bool(),
            '$afterSignIn' => '/account',
        ]);
        $services->set(Countersign::class)
            ->args([service(SignIn::class)])
            ->public()
            ->tag('controller.service_arguments')
            ->tag('kernel.event_listener', ['event' => 'kernel.controller']);
        $services->set(Pages::class)
            ->args([service(Countersign::class), service(Table::class)])
            ->public()
            ->tag('controller.service_arguments');
        $container->parameters()->set('env(OWN_PASSWORDS)', '0');
    }

    protected function configureRoutes(RoutingConfigurator $routes): void
    {
        $routes->add('countersign', '/countersign/{route}')->controller(Countersign::class);
        $routes->add('start', '/')->controller([Pages::class, 'start'])->methods(['GET']);
        $routes->add('sign_in', '/sign-in')->controller([Pages::class, 'signIn'])->methods(['GET']);
        $routes->add('password', '/password')->controller([Pages::class, 'password'])->methods(['POST']);
        $routes->add('account', '/account')->controller([Pages::class, 'account'])->methods(['GET']);
        $routes->add('transfer', '/transfer')->controller([Pages::class, 'transfer'])->methods(['GET']);
    }
}
