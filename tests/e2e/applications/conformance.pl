#!/usr/bin/env perl
# The answers of ../handler.cpp to the cases of conformance.py, by Perl's FCGI.
use strict;
use warnings;
use FCGI;

my $request = FCGI::Request();

sub body {
    my ($body, $left) = ('', $ENV{CONTENT_LENGTH} || 0);
    while ($left > 0 and my $n = read(STDIN, $body, $left, length $body)) {
        $left -= $n;
    }
    return $body;
}

sub head {
    my ($type, @more) = @_;
    print map { "$_\r\n" } @more;
    print "Content-Type: $type\r\n\r\n";
}

sub parameter {
    my ($name, $default) = @_;
    my ($value) = ($ENV{QUERY_STRING} || '') =~ /(?:^|&)\Q$name\E=([^&]*)/ or return $default;
    $value =~ tr/+/ /;
    $value =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
    return $value;
}

sub end_in_the_middle {
    print 'half';
    $request->Flush();
    kill 'KILL', $$;
}

sub answer_ticks {
    head('text/event-stream', 'X-Accel-Buffering: no');
    for (my $tick = 0; print "data: $tick\n\n"; ++$tick) {
        $request->Flush() or return;
        select(undef, undef, undef, 0.02);
    }
}

my %kinds = (
    fields => sub {
        head('text/plain');
        for my $name (sort grep { /^HTTP_X_TEST_/ } keys %ENV) {
            my $field = lc substr $name, 5;
            $field =~ tr/_/-/;
            print "$field: $ENV{$name}\n";
        }
    },
    cookies => sub {
        my %cookies = map { split /=/, $_, 2 } split /; */, $ENV{HTTP_COOKIE} || '';
        head('text/plain', 'Set-Cookie: a=1; Path=/', 'Set-Cookie: b=2; HttpOnly');
        print "a is $cookies{a}, b is $cookies{b}\n";
    },
    empty => sub { print "Status: 204\r\n\r\n" },
    moved => sub { print "Status: 302 Found\r\nLocation: /kinds/elsewhere?q=", parameter('q', ''), "\r\n\r\n" },
    gzip => sub {
        head('text/plain', 'Content-Encoding: gzip');
        print pack 'H*', '1f8b0800000000000003cb48cdc9c9e7020020303a3606000000';
    },
    stream => sub { head('text/event-stream'); for my $n (0 .. 2) { print "data: $n\n\n"; $request->Flush() } },
    ticks => \&answer_ticks,
    large => sub { head('application/octet-stream'); print "\xfe" x 20_000 },
    pattern => sub {
        my $once = join '', map { chr } 0 .. 250;
        my $size = parameter('n', 0);
        head('application/octet-stream');
        print substr $once x ($size / 251 + 1), 0, $size;
    },
    torn => sub { head('text/plain', 'Content-Length: 10'); print 'half' },
    echo => sub { head($ENV{CONTENT_TYPE} || 'text/plain'); print body() },
    unread => sub { head('text/plain', 'Status: 404 Not Found'); print "not here\n" },
);

my %paths = (
    '/throw' => sub { head('text/plain', 'Status: 500'); print "internal error\n" },
    '/refuse' => sub { head('text/plain', 'Status: 422'); print "no name\n" },
    '/break' => sub { head('text/plain'); end_in_the_middle() },
    '/teapot' => sub { head('text/plain', "Status: 418 I'm a teapot"); print "GET /teapot\n" },
);

while ($request->Accept() >= 0) {
    my ($path) = $ENV{REQUEST_URI} =~ /^([^?]*)/;
    my ($kind) = $path =~ m{^/kinds/(.*)};
    if (my $answer = $paths{$path} || ($kind && $kinds{$kind})) {
        $answer->();
    } elsif ($kind) {
        head('text/plain; charset=utf-8');
        print "$ENV{REQUEST_METHOD} $kind q=", parameter('q', 'none'), "\n";
    } else {
        head('text/plain');
        print "$ENV{REQUEST_METHOD} $ENV{REQUEST_URI}\n";
    }
}
