package dev.trigon.systemtests.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Packets from very many clients that are none, from the router to the gateway. They end by themselves, and what is said to
 * those clients ends at the router.
 */
public final class Flood implements AutoCloseable {
    /** What each packet is. */
    public enum Kind {
        /** The begin of a connection. */
        SYN {
            @Override
            byte[] frame(FrameBuilder builder, int port) {
                return builder.tcp(1, port, FrameBuilder.SYN, 0);
            }
        },
        /** A part of a connection that nobody has begun. */
        ACK {
            @Override
            byte[] frame(FrameBuilder builder, int port) {
                return builder.tcp(1, port, FrameBuilder.ACK, 0);
            }
        },
        UDP {
            @Override
            byte[] frame(FrameBuilder builder, int port) {
                return builder.udp(1, port, 4);
            }
        };

        abstract byte[] frame(FrameBuilder builder, int port);
    }

    /** As fast as the machine can. */
    public static final int UNLIMITED = 0;

    private static final Pattern SENT = Pattern.compile("sent (\\d+)");
    private static final Duration MARGIN = Duration.ofSeconds(20);

    private final Program generator;
    private final Duration length;

    private Flood(Program generator, Duration length) {
        this.generator = generator;
        this.length = length;
    }

    static Flood start(Lab lab, Kind kind, Family family, int port, int perSecond, Duration length) {
        byte[] frame = kind.frame(lab.frame(family).source(family.crowd()), port);
        Path template = lab.directory().resolve("flood-%s-%s-%d".formatted(kind, family, port));
        try {
            Files.write(template, frame);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long seed = Seed.fresh("%s flood in %s, at most %d/s".formatted(kind, family, perSecond));
        List<String> command = FloodGenerator.command(List.of(
                "lan",
                template.toString(),
                family.crowdMask(),
                String.valueOf(seed),
                String.valueOf(perSecond),
                String.valueOf(length.toMillis())));
        Program generator = lab.router().start(command.toArray(String[]::new));
        return new Flood(generator, length);
    }

    public boolean isRunning() {
        return generator.isAlive();
    }

    /** Waits for its end, and says how many packets it was. */
    public long sent() {
        int exit = generator.await(length.plus(MARGIN));
        Matcher sent = SENT.matcher(generator.log());
        if (exit != 0 || !sent.find()) {
            throw generator.ended();
        }
        return Long.parseLong(sent.group(1));
    }

    /** Ends it, before its time or not. */
    @Override
    public void close() {
        if (generator.isAlive()) {
            generator.kill();
        }
    }
}
