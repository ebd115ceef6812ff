System.Console.WriteLine("usage: FolderSync.Benchmarks NAME");
