vcl 4.1;
# The cache and the X-Wikimedia-Debug routing of the local Wikimedia. The routing follows what
# operations/puppet, modules/profile/files/trafficserver/x-wikimedia-debug-routing.lua answers.

import std;

backend production {
    .path = "@production_socket@";
    .first_byte_timeout = 120s;
}

backend testservers {
    .path = "@testservers_socket@";
    .first_byte_timeout = 120s;
}

sub vcl_recv {
    unset req.http.x-bed-backend;
    unset req.http.x-bed-outcome;
    if (local.socket == "purge") {
        if (req.method != "PURGE") {
            return (synth(405));
        }
        return (purge);
    }
    std.collect(req.http.X-Wikimedia-Debug, ",");
    if (req.method == "GET" || req.method == "HEAD") {
        # The cookie wins over the header; only its first %3D and its first %3B are decoded.
        if (req.http.Cookie ~ "(^|;\s*)X-Wikimedia-Debug=") {
            set req.http.X-Wikimedia-Debug =
                regsub(req.http.Cookie, "^(?:.*?;\s*)?X-Wikimedia-Debug=([^;]*).*$", "\1");
            set req.http.X-Wikimedia-Debug = regsub(req.http.X-Wikimedia-Debug, "%3D", "=");
            set req.http.X-Wikimedia-Debug = regsub(req.http.X-Wikimedia-Debug, "%3B", ";");
        }
    }
    if (req.http.X-Wikimedia-Debug) {
        call choose_test_server;
        return (pass);
    }
    set req.backend_hint = production;
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    if (req.http.Authorization || req.http.Cookie ~ "([sS]ession|Token)=") {
        return (pass);
    }
    unset req.http.Cookie;
    return (hash);
}

sub choose_test_server {
    if (req.http.X-Wikimedia-Debug ~ "backend=[A-Za-z0-9.-]+") {
        set req.http.x-bed-backend =
            regsub(req.http.X-Wikimedia-Debug, "^.*?backend=([A-Za-z0-9.-]+).*$", "\1");
    } else {
        set req.http.x-bed-backend = req.http.X-Wikimedia-Debug;
    }
    if (req.http.x-bed-backend !~ "^(k8s-mwdebug(-next)?(-eqiad|-codfw)?|1)$") {
        return (synth(400));
    }
    set req.backend_hint = testservers;
}

sub vcl_hit { set req.http.x-bed-outcome = "hit"; }
sub vcl_miss { set req.http.x-bed-outcome = "miss"; }
sub vcl_pass { set req.http.x-bed-outcome = "pass"; }

sub vcl_backend_response {
    # Nothing is served stale: a purge or an expiry is seen by the very next reader.
    set beresp.grace = 0s;
    if (beresp.http.Cache-Control ~ "(?i)private|no-cache|no-store" || beresp.http.Set-Cookie || beresp.ttl <= 0s) {
        return (pass(120s));
    }
}

sub vcl_deliver {
    if (req.http.x-bed-outcome == "hit") {
        set resp.http.x-cache = "cp1100 miss, cp1099 hit/" + obj.hits;
        set resp.http.x-cache-status = "hit-front";
    } elseif (req.http.x-bed-outcome == "pass" && req.http.x-bed-backend) {
        set resp.http.x-cache = "cp1100 pass, cp1099 pass";
        set resp.http.x-cache-status = "pass";
    } else {
        set resp.http.x-cache = "cp1100 miss, cp1099 " + req.http.x-bed-outcome;
        set resp.http.x-cache-status = req.http.x-bed-outcome;
    }
    set resp.http.server-timing =
        {"cache;desc=""} + resp.http.x-cache-status + {"", host;desc="cp1099""};
    set resp.http.x-ats-timestamp = std.time2integer(now, 0);
    unset resp.http.Via;
    # What the edge may keep for days, a browser may not keep at all.
    if (req.url ~ "^/(wiki/|w/index\.php)" && resp.http.Cache-Control ~ "s-maxage") {
        set resp.http.Cache-Control = "private, s-maxage=0, max-age=0, must-revalidate";
    }
}

sub vcl_synth {
    if (resp.status != 400) {
        return (deliver);
    }
    unset resp.http.Server;
    unset resp.http.Via;
    set resp.http.Content-Type = "text/html";
    set resp.http.x-cache = "cp1100 int, cp1099 pass";
    set resp.http.x-cache-status = "int-local";
    set resp.http.server-timing = {"cache;desc="int-local", host;desc="cp1099""};
    set resp.body = "x-wikimedia-debug-routing: no match found for the backend specified in X-Wikimedia-Debug";
    return (deliver);
}
