package dev.trigon.dataplane.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.wire.Octets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every target on its seeds, on the corpus that fuzzing has left, and on a bounded number of inputs made of both. */
class FuzzTest {
    private static final long SEED = 1;

    @ParameterizedTest
    @EnumSource
    void shouldHoldItsPromiseAboutEveryInput(Targets kind) throws IOException {
        Map<String, byte[]> corpus = Corpus.of(kind);
        assertThat(corpus).as("the saved corpus of %s", kind).isNotEmpty();
        try (FuzzTarget target = kind.make()) {
            run(kind, target, corpus);
            target.assertReach();
        }
    }

    private static void run(Targets kind, FuzzTarget target, Map<String, byte[]> corpus) {
        corpus.forEach((name, input) -> run(target, input, "src/test/resources/fuzz/" + kind + "/" + name));
        List<byte[]> inputs = new ArrayList<>(corpus.values());
        for (byte[] seed : target.seeds()) {
            run(target, seed, "a seed of " + kind);
            inputs.add(seed);
        }
        System.out.println("FuzzTest seed " + SEED);
        Mutator mutator = new Mutator(SEED, inputs, kind.longestInput);
        for (int i = 0; i < kind.shortRun; i++) {
            run(target, mutator.next(), "input " + i + " of " + kind);
        }
    }

    private static void run(FuzzTarget target, byte[] input, String what) {
        try {
            target.accept(input.clone());
        } catch (Exception | AssertionError e) {
            throw new AssertionError(what + ": " + Octets.hex(input), e);
        }
    }

    @Test
    void shouldBeFoundByJazzer() throws Exception {
        JazzerTarget.fuzzerInitialize(new String[] {"packet"});
        JazzerTarget.fuzzerTestOneInput(new byte[60]);
    }
}
