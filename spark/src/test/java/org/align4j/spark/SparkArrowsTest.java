package org.align4j.spark;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;

/** Spark is this module's alone, and nobody below knows the module. */
@AnalyzeClasses(packages = "org.align4j", importOptions = ImportOption.DoNotIncludeTests.class)
final class SparkArrowsTest {

  @ArchTest
  static final ArchRule onlyThisModuleSeesSpark =
      ArchRuleDefinition.noClasses()
          .that()
          .resideOutsideOfPackage("org.align4j.spark..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "scala..", "org.align4j.spark..");

  @ArchTest
  static final ArchRule itStandsOnAlgorithms =
      ArchRuleDefinition.noClasses()
          .that()
          .resideInAPackage("org.align4j.spark..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.align4j.bench..");
}
