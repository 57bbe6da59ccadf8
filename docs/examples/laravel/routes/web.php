<?php

declare(strict_types=1);

use App\User;
use Countersign\Laravel\Countersign;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Hash;
use Illuminate\Support\Facades\Route;

Route::get('/', static fn () => view('start', ['ownPasswords' => config('countersign.signIn.siteChecksPassword')]));

Route::get('/sign-in', static fn () => view('sign-in', config('countersign.signIn')));

Route::post('/password', static function (Request $request, Countersign $countersign) {
    $user = User::where('name', (string) $request->input('name'))->where('blocked', 0)->first();
    // Unknown names take as long as known ones.
    $stored = $user->password ?? '$2y$12$' . str_repeat('x', 53);
    if (!Hash::check((string) $request->input('password'), $stored) || $user?->countersign_id === null) {
        return response()->view('start', ['ownPasswords' => true, 'refused' => 'Wrong name or password.'], 403);
    }
    // In place of Auth::login($user).
    return $countersign->beginSecondFactor($request, $user, $user->countersign_id) ?? redirect('/sign-in', 303);
});

Route::get('/account', static fn (Request $request) => view('account', ['login' => $request->user()->name]))
    ->middleware('countersign:1');

Route::get('/transfer', static fn () => 'Two factors within five minutes.')->middleware('countersign:2,300000');
