// Settings that ACE 2004 and ACE 2005 share; docs/guides/data.md explains how to get the data.
function(name, catalogue_number)
  (import 'sinet.libsonnet') + {
    data: {
      reader: { type: 'dygie' },
      hint: |||
        %s is licensed by the Linguistic Data Consortium (%s) and cannot be shipped. Make it so:
          1. get the release, Java, Perl, zsh and Stanford CoreNLP 2015-04-20;
          2. run the public DyGIE preprocessing (DyGIE++ for ACE 2005): heads as mentions, coarse types;
          3. take its processed-data, not the collated files, as one JSON document a line;
          4. ACE 2004: in ace2json write the test folds to test/, and run the offset loops one after
             the other; fold i is test, the other four are train;
          5. put the files where this config looks, or say where with --ext-var data=DIR,
             and compare `jointre data check FILE --format dygie` with docs/guides/data.md.
      ||| % [name, catalogue_number],
    },
    model+: { encoder+: { model_name: 'bert-base-cased' } },
    training+: { batch_size: 20, optimizer+: { lr: 2e-5 } },
  }
