package dev.trigon.dataplane.fuzz;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The inputs that are kept, a file each, a directory a target. */
final class Corpus {
    private Corpus() {}

    /** By name, in the names' order. */
    static Map<String, byte[]> of(Targets target) throws IOException {
        Map<String, byte[]> inputs = new TreeMap<>();
        URL directory = Corpus.class.getResource("/fuzz/" + target);
        if (directory == null) {
            return inputs;
        }
        try (Stream<Path> files = Files.list(Path.of(directory.toURI()))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                inputs.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
        return inputs;
    }

    /** Writes a target's seeds as files, for Jazzer to begin with. Called by scripts/fuzz: target's name, directory. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[1]);
        Files.createDirectories(directory);
        Targets target = Targets.of(arguments[0]);
        try (FuzzTarget made = target.make()) {
            List<byte[]> seeds = made.seeds();
            for (int i = 0; i < seeds.size(); i++) {
                Files.write(directory.resolve("seed-" + i), seeds.get(i));
            }
        }
        System.out.write((target.longestInput + "\n").getBytes(StandardCharsets.US_ASCII));
        System.out.flush();
    }
}
