package dev.trigon.bench;

import dev.trigon.linux.MacAddress;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.netlink.Rtnetlink;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A program's arguments, each {@code name=value}. */
final class Options {
    private final Map<String, String> values = new HashMap<>();

    private Options() {}

    static Options of(String[] arguments) {
        Options options = new Options();
        for (String argument : arguments) {
            int at = argument.indexOf('=');
            options.values.put(argument.substring(0, at), argument.substring(at + 1));
        }
        return options;
    }

    String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name + "=… among the arguments");
        }
        return value;
    }

    int number(String name) {
        return Integer.parseInt(text(name));
    }

    long ns(String name) {
        return (long) (Double.parseDouble(text(name)) * 1e9);
    }

    List<String> list(String name) {
        return Arrays.stream(text(name).split(",")).filter(it -> !it.isEmpty()).toList();
    }

    long mac(String name) {
        return MacAddress.parse(text(name)).value();
    }

    InetAddress address(String name) throws UnknownHostException {
        return InetAddress.getByName(text(name));
    }

    List<InetAddress> addresses(String name) throws UnknownHostException {
        List<InetAddress> addresses = new ArrayList<>();
        for (String address : list(name)) {
            addresses.add(InetAddress.getByName(address));
        }
        return addresses;
    }

    Link link(String name) {
        try (Rtnetlink kernel = Rtnetlink.open()) {
            return kernel.link(text(name)).orElseThrow();
        }
    }
}
