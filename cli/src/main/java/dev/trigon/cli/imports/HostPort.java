package dev.trigon.cli.imports;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A host and perhaps a port, as ipvsadm writes them: {@code 192.0.2.10:80}, {@code [2001:db8::10]:https}, {@code www:80}. */
record HostPort(String host, @Nullable String port) {
    /** What {@code ipvsadm -S} without -n makes of the ports that are balanced most (/etc/services). */
    private static final Map<String, Integer> PORTS = Map.ofEntries(
            Map.entry("ftp-data", 20),
            Map.entry("ftp", 21),
            Map.entry("ssh", 22),
            Map.entry("telnet", 23),
            Map.entry("smtp", 25),
            Map.entry("domain", 53),
            Map.entry("tftp", 69),
            Map.entry("http", 80),
            Map.entry("kerberos", 88),
            Map.entry("pop3", 110),
            Map.entry("ntp", 123),
            Map.entry("imap2", 143),
            Map.entry("imap", 143),
            Map.entry("snmp", 161),
            Map.entry("ldap", 389),
            Map.entry("https", 443),
            Map.entry("submissions", 465),
            Map.entry("syslog", 514),
            Map.entry("submission", 587),
            Map.entry("ldaps", 636),
            Map.entry("domain-s", 853),
            Map.entry("imaps", 993),
            Map.entry("pop3s", 995),
            Map.entry("ms-sql-s", 1433),
            Map.entry("radius", 1812),
            Map.entry("radius-acct", 1813),
            Map.entry("mysql", 3306),
            Map.entry("ms-wbt-server", 3389),
            Map.entry("sip", 5060),
            Map.entry("sip-tls", 5061),
            Map.entry("postgresql", 5432),
            Map.entry("http-alt", 8080),
            Map.entry("webcache", 8080));

    static HostPort of(String text) throws Misfit {
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            String rest = end < 0 ? "" : text.substring(end + 1);
            if (end < 0 || (!rest.isEmpty() && !rest.startsWith(":"))) {
                throw new Misfit(
                        Text.quoted(text) + " is no address and port: left out", "write it as [2001:db8::10]:80");
            }
            return new HostPort(text.substring(1, end), rest.isEmpty() ? null : rest.substring(1));
        }
        int colon = text.indexOf(':');
        boolean isIpv6 = colon != text.lastIndexOf(':');
        return colon < 0 || isIpv6
                ? new HostPort(text, null)
                : new HostPort(text.substring(0, colon), text.substring(colon + 1));
    }

    /** Whether it takes somebody else to say what is meant. */
    boolean hasName() {
        return Address.isName(host) || (port != null && Address.isName(port) && !PORTS.containsKey(port));
    }

    int port(int where) throws Misfit {
        if (port == null) {
            return where;
        }
        Integer known = PORTS.get(port);
        return known == null ? Text.number("the port", port, 0, 65_535) : known;
    }
}
