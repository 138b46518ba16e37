"""Testing a mapping against the vendor that it declares: the store, generated customers, the laws."""
