package dev.trigon.cli.imports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.config.ServiceReader;
import dev.trigon.dataplane.config.Source;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Files that somebody has spoilt. Whatever they say: an import is refused, or makes a file that vipd reads, and tells its remarks in
 * printable lines.
 */
class ImportMutationTest {
    private static final int ROUNDS = 1_500;

    private interface Maker {
        Import make(byte[] input, String name) throws NotImported;
    }

    @Test
    void shouldTakeSpoiltRules() throws IOException, Refusal {
        check("ipvsadm", Import::ofIpvsadm);
    }

    @Test
    void shouldTakeSpoiltConfigurations() throws IOException, Refusal {
        check("keepalived", Import::ofKeepalived);
    }

    private static void check(String form, Maker maker) throws IOException, Refusal {
        Long said = Long.getLong("trigon.seed");
        long seed = said == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : said;
        System.out.println("spoilt input of " + form + ": seed " + seed);
        Random random = new Random(seed);
        List<String> inputs = inputs(form);
        int made = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String input = spoilt(inputs.get(random.nextInt(inputs.size())), inputs, random);
            try {
                Import result = maker.make(input.getBytes(StandardCharsets.UTF_8), "input");
                made += result.services();
                assertThat(result.remarks()).as(input).allMatch(ImportMutationTest::isPrintable);
                byte[] file = KnownToday.of(result.file().deepCopy()).toString().getBytes(StandardCharsets.UTF_8);
                assertThat(ServiceReader.services(file, Source.file("made")))
                        .as(input)
                        .hasSize(result.services());
            } catch (NotImported e) {
                assertThat(e.of("input")).as(input).matches(ImportMutationTest::isPrintable);
            }
        }
        assertThat(made).as("services made of spoilt inputs").isGreaterThan(ROUNDS / 4);
    }

    private static boolean isPrintable(String line) {
        return line.startsWith("input:") && line.length() < 700 && line.chars().noneMatch(Character::isISOControl);
    }

    private static List<String> inputs(String form) throws IOException {
        List<String> inputs = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("src", "test", "resources", "imports", form))) {
            for (Path file : files.filter(it -> it.toString().matches(".*\\.(rules|conf)"))
                    .sorted()
                    .toList()) {
                inputs.add(Files.readString(file));
            }
        }
        return inputs;
    }

    private static String spoilt(String input, List<String> others, Random random) {
        String text = input;
        for (int times = 1 + random.nextInt(6); times > 0; times--) {
            text = switch (random.nextInt(5)) {
                case 0 -> withoutLine(text, random);
                case 1 -> withLineOf(others.get(random.nextInt(others.size())), text, random);
                case 2 -> withOtherWord(text, random);
                case 3 -> withOtherCharacter(text, random);
                default -> text.substring(0, text.length() - random.nextInt(1 + text.length() / 8));
            };
        }
        return text;
    }

    private static List<String> lines(String text) {
        return new ArrayList<>(Arrays.asList(text.split("\n", -1)));
    }

    private static String withoutLine(String text, Random random) {
        List<String> lines = lines(text);
        lines.remove(random.nextInt(lines.size()));
        return String.join("\n", lines);
    }

    private static String withLineOf(String other, String text, Random random) {
        List<String> lines = lines(text);
        List<String> theirs = lines(other);
        lines.add(random.nextInt(lines.size() + 1), theirs.get(random.nextInt(theirs.size())));
        return String.join("\n", lines);
    }

    private static String withOtherWord(String text, Random random) {
        List<String> words = new ArrayList<>(Arrays.asList(text.split(" ", -1)));
        Collections.swap(words, random.nextInt(words.size()), random.nextInt(words.size()));
        return String.join(" ", words);
    }

    private static String withOtherCharacter(String text, Random random) {
        if (text.isEmpty()) {
            return text;
        }
        String signs = "{}[]\"'\\$~@!#:.-/0129azA\u0000\u001b\u2028\ud83d \n\t";
        int at = random.nextInt(text.length());
        return text.substring(0, at) + signs.charAt(random.nextInt(signs.length())) + text.substring(at + 1);
    }
}
