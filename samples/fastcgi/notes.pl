#!/usr/bin/env perl
# A FastCGI application of Perl's FCGI: a list of notes, which lives as long as the process.
#
#   GET /       the notes, a line each        POST /      adds the body as a note
use strict;
use warnings;
use FCGI;

my @notes;
my $request = FCGI::Request();

while ($request->Accept() >= 0) {
    if ($ENV{REQUEST_METHOD} eq 'POST') {
        my $length = $ENV{CONTENT_LENGTH} || 0;
        my $note = '';
        while ($length > length $note) {
            read(STDIN, $note, $length - length $note, length $note) or last;
        }
        $note =~ s/\s+/ /g;
        push @notes, $note;
        print "Status: 201 Created\r\n";
    }
    print "Content-Type: text/plain; charset=utf-8\r\n\r\n";
    print scalar(@notes), " notes\n", map { "$_\n" } @notes;
}
