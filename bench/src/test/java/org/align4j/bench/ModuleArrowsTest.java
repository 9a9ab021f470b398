package org.align4j.bench;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;

/**
 * Imports go one way: core ← models ← algorithms ← bench, and core ← cuda, which is found by name;
 * and so they do between packages.
 */
@AnalyzeClasses(packages = "org.align4j", importOptions = ImportOption.DoNotIncludeTests.class)
final class ModuleArrowsTest {

  @ArchTest
  static final ArchRule modulesKnowOnlyThoseBelow =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("core")
          .definedBy("org.align4j.core..")
          .layer("models")
          .definedBy("org.align4j.models..")
          .layer("algorithms")
          .definedBy("org.align4j.algorithms..")
          .layer("bench")
          .definedBy("org.align4j.bench..")
          .layer("cuda")
          .definedBy("org.align4j.cuda..")
          .whereLayer("cuda")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("cuda")
          .mayOnlyAccessLayers("core")
          .whereLayer("bench")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("algorithms")
          .mayOnlyBeAccessedByLayers("bench")
          .whereLayer("models")
          .mayOnlyBeAccessedByLayers("algorithms", "bench");

  @ArchTest
  static final ArchRule librariesDoNotPrint =
      ArchRuleDefinition.noClasses()
          .that()
          .resideOutsideOfPackage("org.align4j.bench..")
          .and()
          .doNotHaveFullyQualifiedName("org.align4j.core.samediff.SilencedOutput")
          .should()
          .accessField(System.class, "err")
          .orShould()
          .accessField(System.class, "out")
          .orShould()
          .callMethod(Throwable.class, "printStackTrace")
          .because("what libraries have to say goes to a metric sink, a listener or slf4j");

  @ArchTest
  static final ArchRule kernelsKnowNothingAbove =
      ArchRuleDefinition.noClasses()
          .that()
          .resideInAPackage("org.align4j.core.kernel..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.align4j.core.plan..", "org.align4j.core.samediff..");

  @ArchTest
  static final ArchRule thereIsOneKindOfVector =
      ArchRuleDefinition.noClasses()
          .that()
          .doNotHaveFullyQualifiedName("org.align4j.core.kernel.vector.lanes.Lanes")
          .should()
          .accessFieldWhere(
              DescribedPredicate.describe(
                  "it is a species of vectors",
                  access ->
                      access.getTargetOwner().getPackageName().equals("jdk.incubator.vector")
                          && access.getTarget().getName().startsWith("SPECIES_")))
          .because("a second one beside that of Lanes would be boxed, and the first with it");

  @ArchTest
  static final ArchRule packagesAreFreeOfCycles =
      slices().matching("org.align4j.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule modelFamiliesAreKnownByNameOnly =
      ArchRuleDefinition.noClasses()
          .that()
          .resideOutsideOfPackage("org.align4j.models.family..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.align4j.models.family..")
          .because("a family is found as a service; what is special about it is asked of it");
}
